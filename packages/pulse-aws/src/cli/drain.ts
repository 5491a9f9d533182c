import type { CommandSpec } from 'pulse-deploy-kit/command';
import { drainBySettings } from 'pulse-deploy-kit/leave-settings';
import { placeSettings } from '../config/common.ts';
import { drainRequest } from '../config/leave.ts';
import { outcome } from './outcome.ts';

export const drainCommand: CommandSpec = {
	description:
		'Pages move to the active deployment when that harms nobody, and when the time is over whatever they do. A later --by changes the time.',
	settings: { ...drainBySettings, ...placeSettings },
	examples: [
		'pulse-aws drain prod-20260402-120000Z --deployment-name prod --by 18:00',
		'pulse-aws drain prod-20260402-120000Z --deployment-name prod --by 2h --yes',
		'pulse-aws drain prod-20260402-120000Z --deployment-name prod --cancel',
	],
	changes: true,
	async run(invocation) {
		const [{ connect }, { leave, leaveLine }] = await Promise.all([
			import('../adapters/connect.ts'),
			import('../commands/leave.ts'),
		]);
		const { at, ...request } = await drainRequest(invocation);
		const { plan, result } = await leave(await connect({ ...invocation, ...at }), request);
		return outcome(plan, result, (left) => [leaveLine(left, Date.now())]);
	},
};
