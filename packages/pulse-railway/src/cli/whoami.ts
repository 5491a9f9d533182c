import type { CommandSpec } from 'pulse-deploy-kit/command';
import { printable } from 'pulse-deploy-kit/printable';
import { enter } from '../commands/enter.ts';
import { serviceTargetSettings } from '../config/service-target.ts';
import { renderWhoami } from '../plan/render-whoami.ts';

export const whoamiCommand: CommandSpec = {
	settings: serviceTargetSettings,
	examples: ['pulse-railway whoami', 'pulse-railway whoami --project shop --environment staging --json'],
	changes: false,
	async run(invocation) {
		const [{ whoami }, { whoamiRequest }] = await Promise.all([
			import('../commands/whoami.ts'),
			import('../config/whoami.ts'),
		]);
		const report = await enter(invocation, whoamiRequest, whoami);
		return { json: report, text: printable(renderWhoami(report)) };
	},
};
