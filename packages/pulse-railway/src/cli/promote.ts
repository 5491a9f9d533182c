import { widenSettings } from 'pulse-deploy-kit/canary/settings';
import type { CommandSpec } from 'pulse-deploy-kit/command';
import { enter } from '../commands/enter.ts';
import { deploymentIdSetting, serviceTargetSettings } from '../config/service-target.ts';
import { outcome } from './outcome.ts';

export const promoteCommand: CommandSpec = {
	description:
		'With --to a canary gets a larger share of new visitors; without it, all of them: it becomes the active one.',
	settings: { deploymentId: deploymentIdSetting, ...widenSettings, ...serviceTargetSettings },
	examples: ['pulse-railway promote prod-260402-120000', 'pulse-railway promote prod-260402-120000 --to 25%'],
	changes: true,
	async run(invocation) {
		const { promote, promoteRequest } = await import('../commands/promote.ts');
		const result = await enter(invocation, promoteRequest, promote);
		return outcome(result, ({ deployment_id, canary_percent }) => [
			canary_percent === null
				? `${deployment_id} is active`
				: `${deployment_id} gets ${canary_percent} % of new visitors`,
		]);
	},
};
