import type { CommandSpec } from 'pulse-deploy-kit/command';
import type { Outcome } from '../commands/carry-out.ts';
import { enter } from '../commands/enter.ts';
import type { InitResult } from '../commands/init-result.ts';
import type { UpgradeResult } from '../commands/upgrade-result.ts';
import { initSettings } from '../config/init.ts';
import { outcome } from './outcome.ts';

export const ensureCommand: CommandSpec = {
	description:
		'The same as init on an empty environment and as upgrade on a complete stack, which keeps what is not given. An incomplete stack is refused, unless an interrupted init left it.',
	settings: initSettings,
	examples: ['pulse-railway ensure app.ts --project shop --yes', 'pulse-railway ensure app.ts --dry-run'],
	changes: true,
	jsonWhenPiped: true,
	async run(invocation) {
		const { ensure, ensureRequest } = await import('../commands/ensure.ts');
		const done: Outcome<InitResult | UpgradeResult> = await enter(invocation, ensureRequest, ensure);
		return outcome(done, (result) => {
			if (!('changed' in result)) return [`Ready at ${result.server_address}`];
			return [result.changed ? 'Upgraded' : 'Everything was up to date'];
		});
	},
};
