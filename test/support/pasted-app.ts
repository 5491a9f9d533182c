import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ROOT } from '../repository/source-files.ts';
import { until } from './until.ts';

const PULSE = join(ROOT, 'packages/pulse-app/bin/pulse.js');
/** What deploy tools and the router say to each other, in the tests. */
const TOKEN = 'token-of-the-tests';

/** The files that a page tells to save: by the comment on their first line, or `Dockerfile`. */
export async function filesOfPage(page: string): Promise<ReadonlyMap<string, string>> {
	const text = await readFile(join(ROOT, page), 'utf8');
	const files = new Map<string, string>();
	for (const [, language, block = ''] of text.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)) {
		const [, named, rest] = /^\/\/ (\S+)\n([\s\S]*)$/.exec(block) ?? [];
		if (language === 'dockerfile') files.set('Dockerfile', block);
		else if (named !== undefined && rest !== undefined) files.set(named, rest);
	}
	return files;
}

/** Saves them into a folder. `heading`: what the page says, which tells its versions apart. */
export async function paste(page: string, folder: string, heading = 'One'): Promise<void> {
	for (const [name, text] of await filesOfPage(page)) {
		await mkdir(dirname(join(folder, name)), { recursive: true });
		await writeFile(join(folder, name), text.replace('<h1>One<', `<h1>${heading}<`));
	}
}

export interface RunningVersion {
	readonly port: number;
	/** What the janitor asks. */
	sessions(): Promise<Sessions>;
	/** What the janitor says before the version goes. Returns how many pages were told. */
	reload(withinSeconds: number): Promise<number>;
	stop(): Promise<void>;
}

/** Of the sessions endpoint (contract R10.5). */
export interface Sessions {
	readonly connected_render_count: number;
	readonly busy_render_count: number;
	readonly drainable: boolean;
	readonly in_use: Readonly<Record<'requests' | 'streams' | 'websockets' | 'jobs', number>>;
}

/** `app.ts` of a folder as a deployment runs it, with `env` beside what a deploy gives it. End it by `stop`. */
export async function runVersion(
	folder: string,
	id: string,
	env: Readonly<Record<string, string>> = {},
): Promise<RunningVersion> {
	const args = [PULSE, 'run', 'app.ts', '--prod', '--address', '127.0.0.1', '--port', '0', '--drain-seconds', '0'];
	const child = spawn(process.execPath, args, {
		cwd: folder,
		env: {
			PATH: process.env.PATH,
			HOME: process.env.HOME,
			NODE_ENV: 'production',
			PULSE_SERVER_ADDRESS: 'http://127.0.0.1:1',
			PULSE_DEPLOYMENT_ID: id,
			PULSE_RAILWAY_INTERNAL_TOKEN: TOKEN,
			...env,
		},
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	let said = '';
	for (const stream of [child.stdout, child.stderr])
		stream.setEncoding('utf8').on('data', (text: string) => {
			said += text;
		});
	const stop = () => end(child);
	const port = await until(`${id} to listen`, () => {
		if (child.exitCode !== null) throw new Error(said);
		return Number(/Listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1]);
	}).catch(async (error) => {
		await stop();
		throw error;
	});
	const ask = async (path: string, init: RequestInit = {}) => {
		const headers = { 'x-pulse-railway-internal-token': TOKEN };
		return (await fetch(`http://127.0.0.1:${port}/_pulse/internal/railway/${path}`, { headers, ...init })).json();
	};
	return {
		port,
		sessions: () => ask('sessions') as Promise<Sessions>,
		reload: async (within) => {
			const told = await ask('reload', { method: 'POST', body: JSON.stringify({ within }) });
			return (told as { reloaded_socket_count: number }).reloaded_socket_count;
		},
		stop,
	};
}

async function end(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const gone = once(child, 'exit');
	child.kill('SIGTERM');
	await gone;
}
