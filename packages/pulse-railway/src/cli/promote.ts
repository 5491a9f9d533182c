import type { CommandSpec } from 'pulse-deploy-kit/command';
import { enter } from '../commands/enter.ts';
import { deploymentIdSetting, serviceTargetSettings } from '../config/service-target.ts';
import { outcome } from './outcome.ts';

export const promoteCommand: CommandSpec = {
	name: 'promote',
	summary: 'Send new visitors to a deployment that is running; finishes an interrupted deploy',
	arguments: [{ syntax: '[deployment-id]', describe: 'the same as --deployment-id' }],
	settings: { deploymentId: deploymentIdSetting, ...serviceTargetSettings },
	examples: ['pulse-railway promote prod-260402-120000'],
	changes: true,
	async run(invocation) {
		const { promote, promoteRequest } = await import('../commands/promote.ts');
		const result = await enter(invocation, promoteRequest, promote);
		return outcome(result, ({ deployment_id }) => [`${deployment_id} is active`]);
	},
};
