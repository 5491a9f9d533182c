import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A real Redis on loopback that keeps nothing. */
export interface RedisServer {
	readonly url: string;
	readonly port: number;
	/** Hangs it: connections stay open, nothing answers. */
	pause(): void;
	resume(): void;
	/** Kills it at once, paused or not, and waits until it is gone. Safe to repeat. */
	stop(): Promise<void>;
}

/** Why tests with a real Redis cannot run here; `null` when they can. */
export function redisServerMissing(): string | null {
	if (!spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).error) return null;
	return `redis-server not found: ${process.platform === 'darwin' ? 'brew install redis' : 'apt-get install redis-server'}`;
}

/** `port`: that of an earlier server, to come back empty at the same address. Default: a free one. */
export async function startRedisServer(port?: number): Promise<RedisServer> {
	for (let attempt = 1; ; attempt++) {
		const chosen = port ?? (await freePort());
		const directory = mkdtempSync(join(tmpdir(), 'pulse-redis-'));
		const child = spawn('redis-server', options(chosen, directory), { stdio: 'ignore' });
		const stop = stopper(child, directory);
		if (await answers(child, chosen)) {
			return {
				url: `redis://127.0.0.1:${chosen}`,
				port: chosen,
				pause: () => void child.kill('SIGSTOP'),
				resume: () => void child.kill('SIGCONT'),
				stop,
			};
		}
		await stop();
		// Somebody may have taken the port in between.
		if (attempt === 5) throw new Error(`redis-server does not start on port ${chosen}`);
	}
}

function options(port: number, directory: string): string[] {
	return ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', directory];
}

function stopper(child: ChildProcess, directory: string): () => Promise<void> {
	const kill = () => void child.kill('SIGKILL');
	process.once('exit', kill);
	return async () => {
		process.off('exit', kill);
		if (child.exitCode === null && child.signalCode === null) {
			const gone = once(child, 'exit');
			kill();
			await gone;
		}
		rmSync(directory, { recursive: true, force: true });
	};
}

async function answers(child: ChildProcess, port: number): Promise<boolean> {
	for (let tries = 0; tries < 400 && child.exitCode === null; tries++) {
		if (await ping(port)) return true;
		await delay(25);
	}
	return false;
}

function ping(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
		socket.setTimeout(1_000, () => socket.destroy());
		socket.on('data', (data) => {
			socket.destroy();
			resolve(data.toString().startsWith('+PONG'));
		});
		socket.on('error', () => resolve(false));
		socket.on('close', () => resolve(false));
	});
}

async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	server.close();
	await once(server, 'close');
	return typeof address === 'object' && address ? address.port : 0;
}
