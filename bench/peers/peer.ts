import { type ChildProcess, spawn } from 'node:child_process';
import { connect } from 'node:net';

/** Something that stands between load and backend. */
export interface Peer {
	readonly name: string;
	readonly port: number;
	/** Roots of its processes; none for going direct. */
	readonly pids: readonly number[];
	stop(): Promise<void>;
}

export interface PeerSetup {
	readonly backendPort: number;
	/** For configuration files; removed afterwards. */
	readonly folder: string;
}

/** Why a peer cannot take part here. */
export class MissingPeer extends Error {}

/** Starts a program that listens on `port`; resolves when it does. */
export async function startProgram(
	name: string,
	port: number,
	command: string,
	args: readonly string[],
	env: Readonly<Record<string, string>> = {},
): Promise<Peer> {
	const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env } });
	let errors = '';
	child.stderr!.on('data', (text) => {
		errors += text;
	});
	await Promise.race([
		listening(port),
		new Promise((_, reject) => {
			child.once('error', () => reject(new MissingPeer(`${command} is not on this machine`)));
			child.once('exit', () => reject(new Error(`${name} ended: ${errors}`)));
		}),
	]);
	return { name, port, pids: [child.pid!], stop: () => end(child) };
}

async function listening(port: number): Promise<void> {
	for (let tries = 0; tries < 300; tries++) {
		const open = await new Promise<boolean>((resolve) => {
			const socket = connect(port, '127.0.0.1', () => resolve(true));
			socket.once('error', () => resolve(false));
			socket.once('close', () => resolve(false));
			socket.once('connect', () => socket.destroy());
		});
		if (open) return;
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	throw new Error(`nobody listens on port ${port}`);
}

async function end(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const gone = new Promise((resolve) => child.once('exit', resolve));
	child.kill('SIGTERM');
	const timer = setTimeout(() => child.kill('SIGKILL'), 3_000);
	await gone;
	clearTimeout(timer);
}
