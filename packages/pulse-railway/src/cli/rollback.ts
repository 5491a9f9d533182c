import type { CommandSpec } from 'pulse-deploy-kit/command';
import { redeploySetting } from 'pulse-deploy-kit/rollback-settings';
import { enter } from '../commands/enter.ts';
import { serviceTargetSettings } from '../config/service-target.ts';
import { outcome } from './outcome.ts';

export const rollbackCommand: CommandSpec = {
	description:
		'It runs while people use it, and for its rollback window (upgrade --rollback-window, an hour by default) although nobody does, so this takes a second or two. Beyond that it is stopped, and the last ones are kept (upgrade --redeploy-keep): --redeploy starts it again, from the image or snapshot that it was made of. While a canary runs, it is the canary that ends: new visitors get the active one again.',
	settings: {
		redeploy: { ...redeploySetting, describe: 'start it again where it does not run any more' },
		...serviceTargetSettings,
	},
	examples: [
		'pulse-railway rollback',
		'pulse-railway rollback prod-260402-120000 --yes',
		'pulse-railway rollback --redeploy',
	],
	changes: true,
	async run(invocation) {
		const { rollback, rollbackRequest } = await import('../commands/rollback.ts');
		const result = await enter(invocation, rollbackRequest, rollback);
		return outcome(result, ({ deployment_id, ended_canary, redeployed }) => [
			...(redeployed ? [`${deployment_id} was started again`] : []),
			ended_canary === null
				? `${deployment_id} is active`
				: `${deployment_id} is active; the canary ${ended_canary} has ended`,
		]);
	},
};
