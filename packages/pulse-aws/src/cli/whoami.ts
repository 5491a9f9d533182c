import type { CommandSpec } from 'pulse-deploy-kit/command';
import { placeSettings } from '../config/common.ts';

export const whoamiCommand: CommandSpec = {
	settings: placeSettings,
	examples: ['pulse-aws whoami', 'pulse-aws whoami --deployment-name prod --json'],
	changes: false,
	async run(invocation) {
		const [{ connect }, { renderWhoami, whoami }, { whoamiRequest }] = await Promise.all([
			import('../adapters/connect.ts'),
			import('../commands/whoami.ts'),
			import('../config/whoami.ts'),
		]);
		const request = await whoamiRequest(invocation);
		const report = await whoami(await connect({ ...invocation, region: request.region }), request);
		return { json: report, text: renderWhoami(report) };
	},
};
