import type { CommandSpec } from 'pulse-deploy-kit/command';
import { dashboardRequest, dashboardSettings } from '../config/dashboard.ts';
import { drainCommand } from './drain.ts';
import { promoteCommand } from './promote.ts';
import { recallCommand } from './recall.ts';
import { rollbackCommand } from './rollback.ts';

const ORDERS = { rollback: rollbackCommand, promote: promoteCommand, recall: recallCommand, drain: drainCommand };

export const dashboardCommand: CommandSpec = {
	description:
		'The page is live, and rolls back, promotes, recalls and drains with the plan and the question of those commands. It is served to this machine alone, by the address that is printed, until Ctrl-C.',
	settings: dashboardSettings,
	examples: ['pulse-aws dashboard --deployment-name prod', 'pulse-aws dashboard --deployment-name prod --open'],
	changes: false,
	async run(invocation) {
		const [{ connect }, { dashboard }, { carryOutBy }, { tellAddress }] = await Promise.all([
			import('../adapters/connect.ts'),
			import('../commands/dashboard.ts'),
			import('pulse-deploy-kit/dashboard/carry-out'),
			import('pulse-deploy-kit/dashboard/address-text'),
		]);
		const { at, ...request } = await dashboardRequest(invocation);
		await dashboard(await connect({ ...invocation, ...at }), {
			...request,
			carryOut: carryOutBy(invocation, ORDERS),
			onAddress: tellAddress(invocation),
		});
		// It has no other end than Ctrl-C, which a script must be able to tell from a result.
		return { json: undefined, exitCode: 130 };
	},
};
