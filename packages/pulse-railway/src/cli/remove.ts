import type { CommandSpec } from 'pulse-deploy-kit/command';
import { enter } from '../commands/enter.ts';
import { deploymentNameSetting, formerDeleteSettings, serviceTargetSettings } from '../config/service-target.ts';
import { outcome } from './outcome.ts';

export const removeCommand: CommandSpec = {
	description: 'Matches the exact id first, then ids of the form <name>-<date>-<time>. Several matches are an error.',
	settings: { deploymentName: deploymentNameSetting, ...serviceTargetSettings, ...formerDeleteSettings },
	examples: ['pulse-railway remove --deployment-name preview-42 --yes'],
	changes: true,
	async run(invocation) {
		const { deleteDeployment, removeRequest } = await import('../commands/delete.ts');
		const result = await enter(invocation, removeRequest, deleteDeployment);
		return outcome(result, ({ deployment_id }) => [deployment_id]);
	},
};
