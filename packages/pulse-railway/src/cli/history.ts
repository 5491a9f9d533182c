import type { CommandSpec } from 'pulse-deploy-kit/command';
import { renderHistory } from 'pulse-deploy-kit/history/render';
import { enter } from '../commands/enter.ts';
import { historySettings } from '../config/history.ts';
import { MAX_HISTORY } from '../deployments/store.ts';

export const historyCommand: CommandSpec = {
	description: `The last ${MAX_HISTORY} promotions, rollbacks, canaries and deletions, as the router and the janitor of this version keep them.`,
	settings: historySettings,
	examples: ['pulse-railway history', 'pulse-railway history prod-260402-120000 --json'],
	changes: false,
	async run(invocation) {
		const { history, historyRequest } = await import('../commands/history.ts');
		const report = await enter(invocation, historyRequest, history);
		return { json: report, text: renderHistory(report.entries) };
	},
};
