import type { CommandSpec } from 'pulse-deploy-kit/command';
import { logRequest, logSettings } from 'pulse-deploy-kit/logs/log-settings';
import { logResult, printLines } from 'pulse-deploy-kit/logs/print-log';
import { placeOf, placeSettings } from '../config/common.ts';

export const logsCommand: CommandSpec = {
	description: 'Also of a deployment that is gone, for as long as CloudWatch keeps it.',
	settings: { ...logSettings, ...placeSettings },
	examples: [
		'pulse-aws logs --deployment-name prod',
		'pulse-aws logs prod-20260402-120000Z --deployment-name prod --since 30m',
		'pulse-aws logs --deployment-name prod --follow',
	],
	changes: false,
	async run(invocation) {
		const [{ connect }, { logs }] = await Promise.all([
			import('../adapters/connect.ts'),
			import('../commands/logs.ts'),
		]);
		const { name, at } = await placeOf(placeSettings, invocation);
		const request = { ...logRequest(invocation), deploymentName: name, deploymentId: invocation.args[0] ?? null };
		const session = await connect({ ...invocation, ...at });
		return logResult(invocation, await logs(session, { ...request, onLines: printLines(invocation) }));
	},
};
