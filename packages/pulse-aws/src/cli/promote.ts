import { widenSettings } from 'pulse-deploy-kit/canary/settings';
import type { CommandSpec } from 'pulse-deploy-kit/command';
import { placeSettings } from '../config/common.ts';
import { promoteRequest } from '../config/promote.ts';
import { outcome } from './outcome.ts';

export const promoteCommand: CommandSpec = {
	description:
		'With --to a canary gets a larger share of new visitors; without it, all of them: it becomes the active one.',
	settings: { ...widenSettings, ...placeSettings },
	examples: [
		'pulse-aws promote prod-20260402-120000Z --deployment-name prod',
		'pulse-aws promote prod-20260402-120000Z --deployment-name prod --to 25%',
	],
	changes: true,
	async run(invocation) {
		const [{ connect }, { promote }] = await Promise.all([
			import('../adapters/connect.ts'),
			import('../commands/promote.ts'),
		]);
		const { at, ...request } = await promoteRequest(invocation);
		const { plan, result } = await promote(await connect({ ...invocation, ...at }), request);
		return outcome(plan, result, ({ deployment_id: id, canary_percent: percent, marked_draining: draining }) => [
			percent === null ? `${id} is active.` : `${id} gets ${percent} % of new visitors.`,
			...draining.map((one) => `${one} is draining.`),
		]);
	},
};
