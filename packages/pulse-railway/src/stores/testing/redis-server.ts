import { spawn, spawnSync } from 'node:child_process';
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

/** Ends the server with us, however we end: its standard input closes. Tells the server's pid first. */
const KEEPER = 'redis-server "$@" >/dev/null 2>&1 & echo $!; read -r _; kill -9 $!; wait $!';

/** `port`: that of an earlier server, to come back empty at the same address. Default: a free one. */
export async function startRedisServer(port?: number): Promise<RedisServer> {
	for (let attempt = 1; ; attempt++) {
		const chosen = port ?? (await freePort());
		const directory = mkdtempSync(join(tmpdir(), 'pulse-redis-'));
		const keeper = spawn('sh', ['-c', KEEPER, 'sh', ...options(chosen, directory)], {
			stdio: ['pipe', 'pipe', 'ignore'],
		});
		const [told] = await once(keeper.stdout, 'data');
		const pid = Number(String(told));
		const stop = async () => {
			if (keeper.exitCode === null && keeper.signalCode === null) {
				const gone = once(keeper, 'exit');
				keeper.stdin.end();
				await gone;
			}
			rmSync(directory, { recursive: true, force: true });
		};
		if (await answers(pid, chosen)) {
			return {
				url: `redis://127.0.0.1:${chosen}`,
				port: chosen,
				pause: () => void process.kill(pid, 'SIGSTOP'),
				resume: () => void process.kill(pid, 'SIGCONT'),
				stop,
			};
		}
		await stop();
		// Another process may have taken the port in between.
		if (attempt === 3) throw new Error(`redis-server does not start on port ${chosen}`);
	}
}

function options(port: number, directory: string): string[] {
	return ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', directory];
}

async function answers(pid: number, port: number): Promise<boolean> {
	for (let tries = 0; tries < 300; tries++) {
		if (await isServer(pid, port)) return true;
		await delay(25);
	}
	return false;
}

/** Whether it is this very server that listens there. */
function isServer(pid: number, port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect(port, '127.0.0.1', () => socket.write('INFO server\r\n'));
		let answer = '';
		socket.setTimeout(1_000, () => socket.destroy());
		socket.on('data', (data) => {
			answer += data;
			if (answer.includes(`process_id:${pid}\r\n`)) socket.destroy();
		});
		socket.on('error', () => {});
		socket.on('close', () => resolve(answer.includes(`process_id:${pid}\r\n`)));
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
