import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { TaskProgram } from './program.ts';
import { HAS_OWN_ADDRESSES } from './task-network.ts';

const CODES: Readonly<Record<string, number>> = { SIGKILL: 137, SIGTERM: 143 };

export interface ProcessProgramOptions {
	readonly cwd?: string;
	/** What an image's own ENV would hold; the task definition wins over it. */
	readonly env?: Readonly<Record<string, string>>;
	/** Variables that hold ports of its task; it listens on the first. Default `PORT` */
	readonly ports?: readonly [string, ...string[]];
	/**
	 * Variable that holds the address to listen on: it listens on its container port at its task's own address, where other
	 * tasks reach it, if this machine has such addresses. Default: none; it listens on a free port of 127.0.0.1.
	 */
	readonly addressIn?: string;
}

const CONTAINER_PORT = 8000;

/**
 * A real process. There are no network namespaces here: instead of its container port it listens on `PORT`, a free
 * port of loopback, which is what most servers read anyway, unless it can be told an address of its own.
 */
export function processProgram(
	command: readonly [string, ...string[]],
	options: ProcessProgramOptions = {},
): TaskProgram {
	return {
		async start(task) {
			const env: Record<string, string> = { ...options.env, ...task.env };
			const [listens, ...others] = options.ports ?? ['PORT'];
			const { addressIn } = options;
			const own = addressIn !== undefined && HAS_OWN_ADDRESSES;
			const host = own ? task.network.address : '127.0.0.1';
			if (addressIn !== undefined) env[addressIn] = host;
			for (const name of [listens, ...others]) {
				const port = Number(env[name] ?? CONTAINER_PORT);
				env[name] = String(own ? port : await task.network.port(port));
			}
			const port = Number(env[listens]);
			const [file, ...args] = command;
			const child = spawn(file, args, {
				cwd: options.cwd,
				env: { PATH: process.env.PATH, ...env },
				stdio: ['ignore', 'pipe', 'pipe'],
			});
			for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', task.onLine);
			await new Promise<void>((resolve, reject) => {
				child.once('spawn', resolve);
				child.once('error', reject);
			});
			let ended = false;
			const exit = new Promise<number>((resolve) => {
				child.once('close', (code, signal) => {
					ended = true;
					resolve(code ?? CODES[signal ?? ''] ?? 1);
				});
			});
			return {
				address: `${host}:${port}`,
				ready: listening(host, port, () => ended),
				exit,
				stop: (signal) => void child.kill(signal),
			};
		},
	};
}

async function listening(host: string, port: number, ended: () => boolean): Promise<void> {
	while (!ended()) {
		const open = await new Promise<boolean>((resolve) => {
			const socket = connect(port, host);
			socket.once('connect', () => {
				socket.destroy();
				resolve(true);
			});
			socket.once('error', () => resolve(false));
		});
		if (open) return;
		await delay(20);
	}
}
