import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './source-files.ts';

/** One page of `docs/commands/`, for one group of commands. */
interface Group {
	readonly page: string;
	readonly title: string;
	readonly about: string;
	/** Full names: `pulse-railway janitor run`. */
	readonly commands: readonly string[];
}

const railway = (...names: string[]) => names.map((name) => `pulse-railway ${name}`);
const aws = (...names: string[]) => names.map((name) => `pulse-aws ${name}`);

export const GROUPS: readonly Group[] = [
	{
		page: 'railway-stack.md',
		title: 'The stack on Railway',
		about: 'Once for each environment: the router, the janitor, Redis and the service that holds your variables.',
		commands: railway('init', 'upgrade', 'ensure', 'scaffold', 'completion'),
	},
	{
		page: 'railway-deployments.md',
		title: 'Deployments on Railway',
		about: 'Every day: a new version, a look, a step back, and what is left over.',
		commands: railway(
			'deploy',
			'status',
			'whoami',
			'config',
			'dashboard',
			'doctor',
			'open',
			'logs',
			'history',
			'lock',
			'rollback',
			'recall',
			'drain',
			'promote',
			'redeploy',
			'delete',
			'remove',
		),
	},
	{
		page: 'railway-services.md',
		title: 'What runs inside Railway',
		about: 'The start commands of the router and the janitor. Nobody types them, except to look for trouble.',
		commands: railway('router', 'janitor run'),
	},
	{
		page: 'railway-local.md',
		title: 'The local platform',
		about: 'Railway on this machine. [local.md](../local.md) says how it differs from the real one.',
		commands: railway('local up', 'local status', 'local logs', 'local down'),
	},
	{
		page: 'aws.md',
		title: 'Deployments on AWS',
		about: 'ECS Fargate. [aws.md](../aws.md) is the guide.',
		commands: aws(
			'deploy',
			'ensure',
			'verify',
			'status',
			'dashboard',
			'whoami',
			'config',
			'doctor',
			'open',
			'logs',
			'history',
			'lock',
			'promote',
			'rollback',
			'recall',
			'drain',
			'reap',
			'teardown',
			'completion',
		),
	},
	{
		page: 'aws-sidecar.md',
		title: 'What runs in the tasks of container apps on AWS',
		about: 'The container beside the app. Nobody types it, except to look for trouble.',
		commands: ['pulse-edge sidecar'],
	},
	{
		page: 'pulse.md',
		title: 'Running an app',
		about: 'What a deployment starts, and what you start while you work.',
		commands: ['pulse run'],
	},
];

const BINS: Readonly<Record<string, string>> = {
	'pulse-railway': 'packages/pulse-railway/bin/pulse-railway.js',
	'pulse-aws': 'packages/pulse-aws/bin/pulse-aws.js',
	'pulse-edge': 'packages/pulse-aws/bin/pulse-edge.js',
	pulse: 'packages/pulse-app/bin/pulse.js',
};

/** The page as the built commands explain themselves. */
export async function renderPage(group: Group): Promise<string> {
	const helps = await Promise.all(group.commands.map(help));
	const sections = group.commands.map((name, index) => `## ${name}\n\n\`\`\`text\n${helps[index]}\n\`\`\``);
	const note = '<!-- Written by `npm run docs` from the help of the commands. -->';
	return `${[note, `# ${group.title}`, group.about, ...sections].join('\n\n')}\n`;
}

async function help(command: string): Promise<string> {
	const [program = '', ...words] = command.split(' ');
	const { stdout } = await promisify(execFile)(
		process.execPath,
		[join(ROOT, BINS[program] ?? ''), ...words, '--help'],
		{
			env: { PATH: process.env.PATH },
		},
	);
	return stdout.trimEnd();
}
