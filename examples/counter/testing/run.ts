import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';

const APP = fileURLToPath(new URL('../app.ts', import.meta.url));
const PULSE = fileURLToPath(new URL('../../../packages/pulse-app/bin/pulse.js', import.meta.url));

/** The app as its users run it. */
export async function run(
	port = 0,
	env: Record<string, string> = {},
): Promise<{ url: string; port: number; stop(): Promise<void> }> {
	const variables = {
		PATH: process.env.PATH ?? '',
		PULSE_SERVER_ADDRESS: 'http://127.0.0.1:1',
		PULSE_DEPLOYMENT_ID: 'blue-1',
		PULSE_RAILWAY_INTERNAL_TOKEN: 'token',
		COUNTER_LABEL: 'v1',
		...env,
	};
	const args = [PULSE, 'run', APP, '--prod', '--address', '127.0.0.1', '--port', String(port), '--drain-seconds', '0'];
	const child = spawn(process.execPath, args, { env: variables, stdio: ['ignore', 'ignore', 'pipe'] });
	const stop = () => end(child);
	onTestFinished(stop);
	let said = '';
	child.stderr.on('data', (data) => {
		said += data;
	});
	const at = () => /Listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1] ?? (child.exitCode === null ? '' : said);
	await expect.poll(at, { timeout: 15_000 }).toMatch(/^\d+$/);
	return { url: `http://127.0.0.1:${at()}`, port: Number(at()), stop };
}

async function end(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const gone = once(child, 'exit');
	child.kill('SIGTERM');
	await gone;
}
