import type { CommandSpec } from 'pulse-deploy-kit/command';
import { logSettings } from 'pulse-deploy-kit/logs/log-settings';
import { logResult, printLines } from 'pulse-deploy-kit/logs/print-log';
import { flag } from 'pulse-deploy-kit/setting-kinds';
import { enter } from '../commands/enter.ts';
import { deploymentIdSetting, serviceTargetSettings } from '../config/service-target.ts';

export const logsCommand: CommandSpec = {
	settings: {
		...logSettings,
		router: { flag: '--router', describe: "the router's log instead", default: false, parse: flag },
		deploymentId: deploymentIdSetting,
		...serviceTargetSettings,
	},
	examples: [
		'pulse-railway logs',
		'pulse-railway logs prod-260402-120000 --since 30m',
		'pulse-railway logs --follow',
		'pulse-railway logs --router --since 2026-04-02T02:00:00Z --json',
	],
	changes: false,
	async run(invocation) {
		const { logs, logsRequest } = await import('../commands/logs.ts');
		const request = async () => ({ ...(await logsRequest(invocation)), onLines: printLines(invocation) });
		return logResult(invocation, await enter(invocation, request, logs));
	},
};
