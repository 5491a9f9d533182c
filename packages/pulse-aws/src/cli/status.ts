import type { CommandSpec } from 'pulse-deploy-kit/command';
import { placeOf, placeSettings } from '../config/common.ts';

export const statusCommand: CommandSpec = {
	settings: placeSettings,
	examples: ['pulse-aws status --deployment-name prod', 'pulse-aws status --deployment-name prod --json'],
	changes: false,
	async run(invocation) {
		const [{ connect }, { status }, { renderFleet }] = await Promise.all([
			import('../adapters/connect.ts'),
			import('../commands/status.ts'),
			import('../plan/fleet-report.ts'),
		]);
		const { name, at } = await placeOf(placeSettings, invocation);
		const report = await status(await connect({ ...invocation, ...at }), name);
		return { json: report, text: renderFleet(report, Date.now()) };
	},
};
