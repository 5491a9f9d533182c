import type { CommandSpec } from 'pulse-deploy-kit/command';
import { flag } from 'pulse-deploy-kit/setting-kinds';
import { showAgain, WATCHED } from 'pulse-deploy-kit/shown-again';
import { placeOf, placeSettings } from '../config/common.ts';
import type { FleetReport } from '../plan/fleet-report.ts';

const settings = {
	...placeSettings,
	watch: {
		flag: '--watch',
		describe: 'show it again every 5 seconds until Ctrl-C; tasks tell meanwhile who is on the active version, too',
		default: false,
		parse: flag,
	},
};

export const statusCommand: CommandSpec = {
	settings,
	examples: [
		'pulse-aws status --deployment-name prod',
		'pulse-aws status --deployment-name prod --watch',
		'pulse-aws status --deployment-name prod --json',
	],
	changes: false,
	async run(invocation) {
		const [{ connect }, { status }, { watchStatus }, { renderFleet }] = await Promise.all([
			import('../adapters/connect.ts'),
			import('../commands/status.ts'),
			import('../commands/watch-status.ts'),
			import('../plan/fleet-report.ts'),
		]);
		const { name, at } = await placeOf(settings, invocation);
		const session = await connect({ ...invocation, ...at });
		const text = (report: FleetReport) => renderFleet(report, Date.now());
		if (invocation.flags.watch !== true) {
			const report = await status(session, name);
			return { json: report, text: text(report) };
		}
		await watchStatus(session, name, (report) => showAgain(invocation, report, text(report)));
		return WATCHED;
	},
};
