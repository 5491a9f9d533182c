import type { CommandSpec } from 'pulse-deploy-kit/command';
import { recallSettings } from 'pulse-deploy-kit/leave-settings';
import { placeSettings } from '../config/common.ts';
import { recallRequest } from '../config/leave.ts';
import { outcome } from './outcome.ts';

export const recallCommand: CommandSpec = {
	description:
		'The active one is rolled back first, in the same plan. It is ended when nobody is left; until then a rollback to it, or --cancel, takes the recall back.',
	settings: { ...recallSettings, ...placeSettings },
	examples: [
		'pulse-aws recall prod-20260402-120000Z --deployment-name prod',
		'pulse-aws recall prod-20260402-120000Z --deployment-name prod --within 2m --yes',
		'pulse-aws recall prod-20260402-120000Z --deployment-name prod --cancel',
	],
	changes: true,
	async run(invocation) {
		const [{ connect }, { leave, leaveLine }] = await Promise.all([
			import('../adapters/connect.ts'),
			import('../commands/leave.ts'),
		]);
		const { at, ...request } = await recallRequest(invocation);
		const { plan, result } = await leave(await connect({ ...invocation, ...at }), request);
		return outcome(plan, result, (left) => [leaveLine(left, Date.now())]);
	},
};
