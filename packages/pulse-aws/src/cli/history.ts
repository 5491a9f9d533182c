import type { CommandSpec } from 'pulse-deploy-kit/command';
import { renderHistory } from 'pulse-deploy-kit/history/render';
import { placeOf } from '../config/common.ts';
import { historySettings, MAX_HISTORY } from '../config/history.ts';

export const historyCommand: CommandSpec = {
	description: `At least the last ${MAX_HISTORY} deploys, rollbacks, recalls and deletions, as commands and the reaper of this version write them down, with commit and --message.`,
	settings: historySettings,
	examples: [
		'pulse-aws history --deployment-name prod',
		'pulse-aws history prod-20260402-120000Z --deployment-name prod --json',
	],
	changes: false,
	async run(invocation) {
		const [{ connect }, { history }] = await Promise.all([
			import('../adapters/connect.ts'),
			import('../commands/history.ts'),
		]);
		const { name, at, values } = await placeOf(historySettings, invocation);
		const request = { deploymentName: name, deploymentId: invocation.args[0] ?? null, lines: values.lines };
		const report = await history(await connect({ ...invocation, ...at }), request);
		return { json: report, text: renderHistory(report.entries) };
	},
};
