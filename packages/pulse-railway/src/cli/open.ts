import type { CommandSpec } from 'pulse-deploy-kit/command';
import { openAddress } from 'pulse-deploy-kit/open/open-address';
import { openSettings } from 'pulse-deploy-kit/open/settings';
import { enter } from '../commands/enter.ts';
import { deploymentIdSetting, serviceTargetSettings } from '../config/service-target.ts';

export const openCommand: CommandSpec = {
	description:
		'The address names the deployment, so it stays on it whatever is active. Without a screen, in a pipe and with --json it is printed.',
	settings: { ...openSettings, deploymentId: deploymentIdSetting, ...serviceTargetSettings },
	examples: ['pulse-railway open', 'pulse-railway open prod-260402-120000', 'curl "$(pulse-railway open --print)"'],
	changes: false,
	async run(invocation) {
		const { open, openRequest } = await import('../commands/open.ts');
		return openAddress(invocation, await enter(invocation, openRequest, open), invocation.flags.print === true);
	},
};
