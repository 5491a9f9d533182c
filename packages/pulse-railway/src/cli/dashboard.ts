import type { CommandSpec } from 'pulse-deploy-kit/command';
import { dashboardSettings } from 'pulse-deploy-kit/dashboard/settings';
import { enter } from '../commands/enter.ts';
import { serviceTargetSettings } from '../config/service-target.ts';
import { drainCommand } from './drain.ts';
import { promoteCommand } from './promote.ts';
import { recallCommand } from './recall.ts';
import { rollbackCommand } from './rollback.ts';

export const dashboardCommand: CommandSpec = {
	description:
		'The page is live, and rolls back, promotes, recalls and drains with the plan and the question of those commands. It is served to this machine alone, by the address that is printed, until Ctrl-C.',
	settings: { ...dashboardSettings, ...serviceTargetSettings },
	examples: ['pulse-railway dashboard', 'pulse-railway dashboard --open', 'pulse-railway dashboard --port 4040'],
	changes: false,
	async run(invocation) {
		const [{ dashboard }, { dashboardRequest }, { carryOutBy }, { tellAddress }] = await Promise.all([
			import('../commands/dashboard.ts'),
			import('../config/dashboard.ts'),
			import('pulse-deploy-kit/dashboard/carry-out'),
			import('pulse-deploy-kit/dashboard/address-text'),
		]);
		const carryOut = carryOutBy(invocation, {
			rollback: rollbackCommand,
			promote: promoteCommand,
			recall: recallCommand,
			drain: drainCommand,
		});
		const request = async () => ({
			...(await dashboardRequest(invocation)),
			carryOut,
			onAddress: tellAddress(invocation),
		});
		await enter(invocation, request, dashboard);
		// It has no other end than Ctrl-C, which a script must be able to tell from a result.
		return { json: undefined, exitCode: 130 };
	},
};
