import type { CommandSpec } from 'pulse-deploy-kit/command';
import { printable } from 'pulse-deploy-kit/printable';
import { flag } from 'pulse-deploy-kit/setting-kinds';
import { serviceTarget, serviceTargetSettings } from '../config/service-target.ts';
import type { StackReport } from '../plan/stack-report.ts';

const CLEAR = '\u001b[2J\u001b[H';

import { enter } from '../commands/enter.ts';

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
		const text = (report: StackReport) => printable(renderStatus(report, Date.now()));
		// With --json each round is one line.
		const show = (report: StackReport) =>
			invocation.print(invocation.json ? JSON.stringify(report) : `${invocation.terminal ? CLEAR : ''}${text(report)}`);
		const watching = invocation.flags.watch === true;
		const report = await enter(
			invocation,
			async () => ({ ...(await serviceTarget(invocation)), ...(watching ? { onReport: show } : {}) }),
			status,
		);
		// Watching has no other end than Ctrl-C, which a script must be able to tell from a result.
		return watching ? { json: undefined, exitCode: 130 } : { json: report, text: text(report) };
	},
};
