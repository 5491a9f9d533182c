import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The built command as a process of its own. */
export interface RouterProcess {
	readonly port: number;
	residentKilobytes(): number;
	/** SIGTERM; resolves when it has drained, rejects when it ended with anything but 0. */
	stop(): Promise<void>;
}

const BIN = fileURLToPath(new URL('../../packages/pulse-railway/dist/bin.js', import.meta.url));

export async function startRouterProcess(env: Readonly<Record<string, string>>): Promise<RouterProcess> {
	const child = spawn(process.execPath, [BIN, 'router'], {
		env: { PATH: process.env.PATH, PORT: '0', ...env },
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
	const port = await new Promise<number>((resolve, reject) => {
		createInterface(child.stdout!).on('line', (line) => {
			const { event, port } = JSON.parse(line);
			if (event === 'listening') resolve(port);
		});
		exited.then((code) => reject(new Error(`the router ended with ${code}`)));
	});
	return {
		port,
		residentKilobytes: () =>
			Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0),
		async stop() {
			child.kill('SIGTERM');
			const code = await exited;
			if (code !== 0) throw new Error(`the router ended with ${code}`);
		},
	};
}
