import type { CommandSpec } from 'pulse-deploy-kit/command';
import { needPackages } from 'pulse-deploy-kit/optional-packages';

/** The local platform is a package of its own: the router's image, and an app that imports the plugin, do without it. */
export const withLocalPlatform = (command: CommandSpec): CommandSpec => ({
	...command,
	async run(invocation) {
		needPackages({
			what: 'The local platform',
			names: ['pulse-railway-local'],
			from: import.meta.url,
			manifest: '../../package.json',
		});
		return command.run(invocation);
	},
});
