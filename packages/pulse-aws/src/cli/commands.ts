import type { CommandListing, CommandSpec } from 'pulse-deploy-kit/command';
import { completionCommand } from 'pulse-deploy-kit/completion';

/** Errors of the SDK are told like all others. */
function told(command: CommandSpec): CommandSpec {
	return {
		...command,
		async run(invocation) {
			try {
				return await command.run(invocation);
			} catch (error) {
				invocation.signal.throwIfAborted();
				const { toldError } = await import('../adapters/told.ts');
				throw toldError(error);
			}
		},
	};
}

const listed: readonly CommandListing[] = [
	{
		name: 'deploy',
		summary: 'Start a new deployment beside the running one and send new visitors to it',
		load: async () => (await import('./deploy.ts')).deployCommand,
	},
	{
		name: 'ensure',
		summary: 'Create the baseline where there is none, bring it up to date where it differs; for CI',
		load: async () => (await import('./ensure.ts')).ensureCommand,
	},
	{
		name: 'verify',
		summary: 'Ask the load balancer whether each running deployment answers under its own id',
		load: async () => (await import('./verify.ts')).verifyCommand,
	},
	{
		name: 'status',
		summary: 'Show all deployments and which one new visitors reach',
		load: async () => (await import('./status.ts')).statusCommand,
	},
	{
		name: 'dashboard',
		summary: 'Show on a page of this machine which versions run, what happens next, and how to go back',
		load: async () => (await import('./dashboard.ts')).dashboardCommand,
	},
	{
		name: 'whoami',
		summary: 'Show whose credentials are used, and which region and stack a command would touch',
		load: async () => (await import('./whoami.ts')).whoamiCommand,
	},
	{
		name: 'config',
		summary: 'Show each setting and who says it: flag, variable, pulse.toml or the default',
		load: async () => (await import('./config.ts')).configCommand,
	},
	{
		name: 'doctor',
		summary: 'Look for what would break a deploy, and say what to do',
		load: async () => (await import('./doctor.ts')).doctorCommand,
	},
	{
		name: 'open',
		summary: 'Open a deployment in the browser, the active one unless named',
		arguments: [{ syntax: '[deployment-id]', describe: 'another deployment than the active one' }],
		load: async () => (await import('./open.ts')).openCommand,
	},
	{
		name: 'logs',
		summary: 'Show what a deployment has written, the active one unless named',
		arguments: [{ syntax: '[deployment-id]', describe: 'another deployment than the active one' }],
		load: async () => (await import('./logs.ts')).logsCommand,
	},
	{
		name: 'history',
		summary: 'Show what has happened to deployments, who did it, and why',
		arguments: [{ syntax: '[deployment-id]', describe: 'of this one alone' }],
		load: async () => (await import('./history.ts')).historyCommand,
	},
	{
		name: 'lock',
		summary: 'Show which command holds the deploy lock, and take it away',
		load: async () => (await import('./lock.ts')).lockCommand,
	},
	{
		name: 'promote',
		summary: 'Send all new visitors, or a larger share of them, to a canary or another deployment that runs',
		arguments: [{ syntax: '<deployment-id>', describe: 'see pulse-aws status' }],
		load: async () => (await import('./promote.ts')).promoteCommand,
	},
	{
		name: 'rollback',
		summary: 'Send new visitors back to an earlier deployment',
		arguments: [{ syntax: '[deployment-id]', describe: 'where to; see pulse-aws status' }],
		load: async () => (await import('./rollback.ts')).rollbackCommand,
	},
	{
		name: 'recall',
		summary: 'Get everybody off a bad deployment: its pages move when that harms nobody, and then whatever they do',
		arguments: [{ syntax: '<deployment-id>', describe: 'see pulse-aws status' }],
		load: async () => (await import('./recall.ts')).recallCommand,
	},
	{
		name: 'drain',
		summary: 'Move whoever is left on an old deployment by a given time',
		arguments: [{ syntax: '<deployment-id>', describe: 'see pulse-aws status' }],
		load: async () => (await import('./drain.ts')).drainCommand,
	},
	{
		name: 'reap',
		summary: 'Retire drained deployments now, as the reaper does every minute',
		load: async () => (await import('./reap.ts')).reapCommand,
	},
	{
		name: 'teardown',
		summary: 'Delete the baseline and all that deploys made beside it',
		load: async () => (await import('./teardown.ts')).teardownCommand,
	},
	completionCommand('pulse-aws'),
];

/** In the order of `--help`. A command is imported when it is named, and its engine when it runs: help stays quick. */
export const commands = listed.map((command) => ({ ...command, load: async () => told(await command.load()) }));
