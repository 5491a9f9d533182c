import type { CommandSpec } from 'pulse-deploy-kit/command';
import { enter } from '../commands/enter.ts';
import { deploymentIdSetting, formerDeleteSettings, serviceTargetSettings } from '../config/service-target.ts';
import { outcome } from './outcome.ts';

export const deleteCommand: CommandSpec = {
	settings: { deploymentId: deploymentIdSetting, ...serviceTargetSettings, ...formerDeleteSettings },
	examples: [
		'pulse-railway delete prod-260402-120000',
		'pulse-railway delete --deployment-id prod-260402-120000 --yes',
	],
	changes: true,
	async run(invocation) {
		const { deleteDeployment, deleteRequest } = await import('../commands/delete.ts');
		const result = await enter(invocation, deleteRequest, deleteDeployment);
		return outcome(result, ({ deployment_id }) => [deployment_id]);
	},
};
