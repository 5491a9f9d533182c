import type { CommandSpec } from 'pulse-deploy-kit/command';
import { enter } from '../commands/enter.ts';
import { deploymentIdSetting, serviceTargetSettings } from '../config/service-target.ts';
import { outcome } from './outcome.ts';

export const redeployCommand: CommandSpec = {
	settings: { deploymentId: deploymentIdSetting, ...serviceTargetSettings },
	examples: ['pulse-railway redeploy', 'pulse-railway redeploy prod-260402-120000 --yes'],
	changes: true,
	jsonWhenPiped: true,
	async run(invocation) {
		const { redeploy, redeployRequest } = await import('../commands/redeploy.ts');
		const result = await enter(invocation, redeployRequest, redeploy);
		return outcome(result, ({ deployment_id, backend_status }) => [`${deployment_id}: ${backend_status}`]);
	},
};
