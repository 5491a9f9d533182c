import type { CommandSpec } from 'pulse-deploy-kit/command';
import { openAddress } from 'pulse-deploy-kit/open/open-address';
import { openRequest, openSettings } from '../config/open.ts';

export const openCommand: CommandSpec = {
	description:
		'The address names the deployment, so it stays on it whatever is active. Without a screen, in a pipe and with --json it is printed.',
	settings: openSettings,
	examples: [
		'pulse-aws open --deployment-name prod',
		'pulse-aws open prod-20260402-120000Z --deployment-name prod --print',
	],
	changes: false,
	async run(invocation) {
		const [{ connect }, { open }] = await Promise.all([
			import('../adapters/connect.ts'),
			import('../commands/open.ts'),
		]);
		const { request, at, print } = await openRequest(invocation);
		return openAddress(invocation, await open(await connect({ ...invocation, ...at }), request), print);
	},
};
