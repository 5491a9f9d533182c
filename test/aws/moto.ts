import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { motoPython } from './moto-python.ts';

export interface Moto {
	/** `http://127.0.0.1:<port>` */
	readonly url: string;
	stop(): Promise<void>;
}

const STARTS_WITHIN_MS = 30_000;

/**
 * An AWS API server (moto) of its own for the caller: empty, on a free port. `missing` says why there is none, as the
 * reason of a skip.
 */
export async function startMoto(): Promise<Moto | { readonly missing: string }> {
	const python = await motoPython();
	if ('missing' in python) return python;
	const child = spawn(python.path, ['-m', 'moto.server', '-H', '127.0.0.1', '-p', '0'], {
		// Certificates are issued at once; tasks of a service count as running.
		env: { PATH: process.env.PATH, MOTO_ACM_VALIDATION_WAIT: '0', MOTO_ECS_SERVICE_RUNNING: '1' },
		stdio: ['ignore', 'ignore', 'pipe'],
	});
	const ended = new Promise<void>((resolve) => {
		child.once('close', () => resolve());
		child.once('error', () => resolve());
	});
	// A test run that dies must not leave the server behind.
	const kill = () => void child.kill();
	process.once('exit', kill);
	const stop = async () => {
		process.off('exit', kill);
		child.kill();
		await ended;
	};
	const url = await Promise.race([address(child), ended.then(() => undefined)]);
	if (url !== undefined) return { url, stop };
	await stop();
	return { missing: 'moto.server did not start' };
}

/** The line in which the server tells where it listens. */
function address(child: ChildProcess): Promise<string | undefined> {
	return new Promise((resolve) => {
		const timer = setTimeout(() => resolve(undefined), STARTS_WITHIN_MS);
		createInterface({ input: child.stderr! }).on('line', (line) => {
			const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
			if (url === undefined) return;
			clearTimeout(timer);
			resolve(url);
		});
	});
}
