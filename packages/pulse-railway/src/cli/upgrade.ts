import type { CommandSpec } from 'pulse-deploy-kit/command';
import { enter } from '../commands/enter.ts';
import { upgradeSettings } from '../config/upgrade.ts';
import { outcome } from './outcome.ts';

export const upgradeCommand: CommandSpec = {
	description: 'Settings that are not given stay as they are. The router is replaced without losing traffic.',
	settings: upgradeSettings,
	examples: ['pulse-railway upgrade app.ts', 'pulse-railway upgrade app.ts --router-replicas 2 --dry-run'],
	changes: true,
	async run(invocation) {
		const { upgrade, upgradeRequest } = await import('../commands/upgrade.ts');
		return outcome(await enter(invocation, upgradeRequest, upgrade), ({ changed }) => [
			changed ? 'Upgraded' : 'Everything was up to date',
		]);
	},
};
