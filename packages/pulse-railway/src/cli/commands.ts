import type { CommandListing } from 'pulse-deploy-kit/command';
import { completionCommand } from 'pulse-deploy-kit/completion';

/** In the order of `--help`. A command is imported when it is named, and its engine when it runs: help stays quick. */
export const commands: readonly CommandListing[] = [
	{
		name: 'init',
		summary: 'Set up router, janitor, Redis and env service in an empty Railway environment',
		arguments: [{ syntax: '[app-file]', describe: 'file that creates the App; the same as --app-file' }],
		load: async () => (await import('./init.ts')).initCommand,
	},
	{
		name: 'upgrade',
		summary: 'Bring router and janitor of a stack to this version; writes only what differs',
		arguments: [{ syntax: '[app-file]', describe: 'file that creates the App; the same as --app-file' }],
		load: async () => (await import('./upgrade.ts')).upgradeCommand,
	},
	{
		name: 'ensure',
		summary: 'Set up the stack where there is none, bring it to this version where it is complete; for CI',
		arguments: [{ syntax: '[app-file]', describe: 'file that creates the App; the same as --app-file' }],
		load: async () => (await import('./ensure.ts')).ensureCommand,
	},
	{
		name: 'deploy',
		summary: 'Start a new deployment beside the running one and send new visitors to it',
		arguments: [{ syntax: '[app-file]', describe: 'file that creates the App; the same as --app-file' }],
		load: async () => (await import('./deploy.ts')).deployCommand,
	},
	{
		name: 'status',
		summary: 'Show all deployments, who is on them, and what the janitor will do next',
		load: async () => (await import('./status.ts')).statusCommand,
	},
	{
		name: 'whoami',
		summary: 'Show whose token is used, and which project, environment and router a command would touch',
		load: async () => (await import('./whoami.ts')).whoamiCommand,
	},
	{
		name: 'config',
		summary: 'Show each setting and who says it: flag, variable, pulse.toml, the plugin or the default',
		arguments: [{ syntax: '[app-file]', describe: 'file that creates the App; the same as --app-file' }],
		load: async () => (await import('./config.ts')).configCommand,
	},
	{
		name: 'dashboard',
		summary: 'Show on a page of this machine who is on which version, what happens next, and how to go back',
		load: async () => (await import('./dashboard.ts')).dashboardCommand,
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
		name: 'rollback',
		summary: 'Send new visitors back to the deployment that was active before',
		arguments: [{ syntax: '[deployment-id]', describe: 'another deployment than the previous one' }],
		load: async () => (await import('./rollback.ts')).rollbackCommand,
	},
	{
		name: 'recall',
		summary: 'Get everybody off a bad deployment: its pages move when that harms nobody, and then whatever they do',
		arguments: [{ syntax: '[deployment-id]', describe: 'the same as --deployment-id' }],
		load: async () => (await import('./recall.ts')).recallCommand,
	},
	{
		name: 'drain',
		summary: 'Move whoever is left on an old deployment by a given time',
		arguments: [{ syntax: '[deployment-id]', describe: 'the same as --deployment-id' }],
		load: async () => (await import('./drain.ts')).drainCommand,
	},
	{
		name: 'promote',
		summary: 'Send new visitors to a deployment that is running; finishes an interrupted deploy',
		arguments: [{ syntax: '[deployment-id]', describe: 'the same as --deployment-id' }],
		load: async () => (await import('./promote.ts')).promoteCommand,
	},
	{
		name: 'redeploy',
		summary: 'Start the service of a deployment anew; sessions in its memory end',
		arguments: [{ syntax: '[deployment-id]', describe: 'the same as --deployment-id; default: the active one' }],
		load: async () => (await import('./redeploy.ts')).redeployCommand,
	},
	{
		name: 'delete',
		summary: 'Delete a deployment that is not active, whoever still uses it',
		arguments: [{ syntax: '[deployment-id]', describe: 'the same as --deployment-id' }],
		load: async () => (await import('./delete.ts')).deleteCommand,
	},
	{
		name: 'remove',
		summary: 'Delete the one deployment that was generated from a name',
		arguments: [{ syntax: '[deployment-name]', describe: 'the same as --deployment-name' }],
		load: async () => (await import('./remove.ts')).removeCommand,
	},
	{
		name: 'janitor run',
		summary: 'Delete drained deployments that nobody uses any more; runs inside Railway',
		load: async () => (await import('./janitor-run.ts')).janitorRunCommand,
	},
	{
		name: 'router',
		summary: 'Run the router; the router service does',
		load: async () => (await import('./router.ts')).routerCommand,
	},
	{
		name: 'scaffold',
		summary: 'The same as init, by the name that pulse-railway 0.3 gave it',
		arguments: [{ syntax: '[app-file]', describe: 'file that creates the App; the same as --app-file' }],
		load: async () => (await import('./scaffold.ts')).scaffoldCommand,
	},
	{
		name: 'local up',
		summary: 'Start the local platform: Railway on this machine, no account',
		load: async () => (await import('./local.ts')).localUp,
	},
	{
		name: 'local status',
		summary: 'Show projects, services, processes and addresses of the local platform',
		load: async () => (await import('./local.ts')).localStatus,
	},
	{
		name: 'local logs',
		summary: 'Print what services of the local platform wrote, or their build logs',
		arguments: [{ syntax: '[service]', describe: 'name of a service; default all' }],
		load: async () => (await import('./local.ts')).localLogs,
	},
	{
		name: 'local down',
		summary: 'Stop the local platform and every service it runs',
		load: async () => (await import('./local.ts')).localDown,
	},
	completionCommand('pulse-railway'),
];
