import type { CommandSpec } from 'pulse-deploy-kit/command';
import { flag } from 'pulse-deploy-kit/setting-kinds';
import { showAgain, WATCHED } from 'pulse-deploy-kit/shown-again';
import { enter } from '../commands/enter.ts';
import { serviceTarget, serviceTargetSettings } from '../config/service-target.ts';
import type { StackReport } from '../plan/stack-report.ts';

export const statusCommand: CommandSpec = {
	settings: {
		...serviceTargetSettings,
		watch: { flag: '--watch', describe: 'show it again every 2 seconds until Ctrl-C', default: false, parse: flag },
	},
	examples: ['pulse-railway status', 'pulse-railway status --watch', 'pulse-railway status --json'],
	changes: false,
	async run(invocation) {
		const [{ status }, { renderStatus }] = await Promise.all([
			import('../commands/status.ts'),
			import('../plan/render-status.ts'),
		]);
		const text = (report: StackReport) => renderStatus(report, Date.now());
		const show = (report: StackReport) => showAgain(invocation, report, text(report));
		const watching = invocation.flags.watch === true;
		const report = await enter(
			invocation,
			async () => ({ ...(await serviceTarget(invocation)), ...(watching ? { onReport: show } : {}) }),
			status,
		);
		return watching ? WATCHED : { json: report, text: text(report) };
	},
};
