import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** As its image runs it; `npm test` compiles first. */
const BIN = fileURLToPath(new URL('../../../bin/pulse-edge.js', import.meta.url));

export const OWN = 'prod-20260402-120000Z';

export interface SidecarProcess {
	readonly port: number;
	readonly child: ChildProcess;
	/** Logged, with their fields. */
	readonly lines: Record<string, unknown>[];
	/** Its exit code. */
	exit(): Promise<number | null>;
}

/** The real command beside an app that listens on `appPort`, on a free port; killed with the test. */
export async function startSidecar(appPort: number, env: Record<string, string> = {}): Promise<SidecarProcess> {
	const child = spawn(process.execPath, [BIN, 'sidecar'], {
		env: {
			PATH: process.env.PATH,
			PULSE_AWS_DEPLOYMENT_NAME: 'prod',
			PULSE_AWS_DEPLOYMENT_ID: OWN,
			PULSE_EDGE_UPSTREAM_PORT: String(appPort),
			PULSE_EDGE_PORT: '0',
			AWS_REGION: 'us-east-1',
			AWS_ACCESS_KEY_ID: 'task-1',
			AWS_SECRET_ACCESS_KEY: 'secret',
			// Nothing listens there.
			AWS_ENDPOINT_URL_SSM: 'http://127.0.0.1:1',
			...env,
		},
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
	onTestFinished(async () => {
		child.kill('SIGKILL');
		await exited;
	});
	const lines: Record<string, unknown>[] = [];
	let errors = '';
	child.stderr!.on('data', (text) => {
		errors += text;
	});
	const listening = new Promise<number>((resolve, reject) => {
		let partial = '';
		child.stdout!.on('data', (text) => {
			const all = (partial + text).split('\n');
			partial = all.pop()!;
			for (const line of all) lines.push(JSON.parse(line));
			const port = lines.find((line) => line.event === 'listening')?.port;
			if (port !== undefined) resolve(Number(port));
		});
		void exited.then(() => reject(new Error(`the sidecar did not start: ${errors}`)));
	});
	return { port: await listening, child, lines, exit: () => exited };
}
