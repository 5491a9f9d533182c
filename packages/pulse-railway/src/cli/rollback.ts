import type { CommandSpec } from 'pulse-deploy-kit/command';
import { enter } from '../commands/enter.ts';
import { serviceTargetSettings } from '../config/service-target.ts';
import { outcome } from './outcome.ts';

export const rollbackCommand: CommandSpec = {
	name: 'rollback',
	summary: 'Send new visitors back to the deployment that was active before',
	description:
		'It runs while people use it, and for its rollback window (upgrade --rollback-window, an hour by default) although nobody does, so this takes a second or two. While a canary runs, it is the canary that ends: new visitors get the active one again.',
	arguments: [{ syntax: '[deployment-id]', describe: 'another deployment than the previous one' }],
	settings: serviceTargetSettings,
	examples: ['pulse-railway rollback', 'pulse-railway rollback prod-260402-120000 --yes'],
	changes: true,
	async run(invocation) {
		const { promote, rollbackRequest } = await import('../commands/promote.ts');
		const result = await enter(invocation, rollbackRequest, promote);
		return outcome(result, ({ deployment_id, ended_canary }) => [
			ended_canary === null
				? `${deployment_id} is active`
				: `${deployment_id} is active; the canary ${ended_canary} has ended`,
		]);
	},
};
