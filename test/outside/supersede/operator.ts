import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { until } from '../../support/until.ts';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const BIN = at('../../../packages/pulse-aws/dist/bin.js');
const DOCKER = at('docker.mjs');
const APP = at('../../aws/apps/plain');
const ENDS_WITHIN_MS = 240_000;

export const NAME = 'crowded';
export const DOMAIN = 'app.example.com';

export interface Ended {
	readonly code: number | null;
	/** Of its JSON; `null` where it did not fail. */
	readonly error: string | null;
	/** Unix milliseconds. */
	readonly at: number;
	readonly text: string;
}

/** One `pulse-aws deploy` in a process of its own. */
export interface Deploying {
	readonly child: ChildProcess;
	readonly ended: Promise<Ended>;
	/** Of the deployment that it makes, once it has said so. */
	readonly id: Promise<string>;
	/** Resolves to when it has said so, Unix milliseconds. */
	says(words: RegExp): Promise<number>;
	/** Lets its build end. */
	build(): void;
}

/** Types deploys as a crowded CI does: each a real process, against the AWS at `endpoint`, by the load balancer behind `proxy`. */
export class Operator {
	readonly #folder = mkdtempSync(join(tmpdir(), 'supersede-'));
	readonly #children = new Set<ChildProcess>();
	readonly #env: Readonly<Record<string, string>>;
	#typed = 0;

	constructor(endpoint: string, proxy: string) {
		const programs = join(this.#folder, 'bin');
		mkdirSync(programs);
		const docker = join(programs, 'docker');
		writeFileSync(docker, `#!/bin/sh\nexec "${process.execPath}" "${DOCKER}" "$@"\n`);
		chmodSync(docker, 0o755);
		this.#env = {
			PATH: [programs, process.env.PATH].join(delimiter),
			HOME: this.#folder,
			AWS_ENDPOINT_URL: endpoint,
			AWS_ACCESS_KEY_ID: 'test',
			AWS_SECRET_ACCESS_KEY: 'test',
			AWS_REGION: 'us-east-1',
			AWS_EC2_METADATA_DISABLED: 'true',
			HTTPS_PROXY: proxy,
		};
	}

	/** Each from a copy of the app of its own, as CI checks it out. */
	deploy(...flags: readonly string[]): Deploying {
		const cwd = join(this.#folder, `checkout-${++this.#typed}`);
		cpSync(APP, cwd, { recursive: true });
		const gate = join(this.#folder, `built-${this.#typed}`);
		const place = ['--deployment-name', NAME, '--domain', DOMAIN, '--container', '--nat', 'none'];
		const args = [BIN, 'deploy', ...place, '--yes', '--json', '--verbose', ...flags];
		const env = { ...this.#env, JUDGE_GATE: gate };
		const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
		this.#children.add(child);
		const lines: { readonly text: string; readonly at: number }[] = [];
		let stdout = '';
		child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
			stdout += chunk;
		});
		createInterface({ input: child.stderr }).on('line', (text) => lines.push({ text, at: Date.now() }));
		const ended = new Promise<Ended>((resolve) => {
			child.once('close', (code) => {
				this.#children.delete(child);
				const told = (stdout === '' ? {} : JSON.parse(stdout)) as { error?: { code: string } };
				const text = lines.map((line) => line.text).join('\n');
				resolve({ code, error: told.error?.code ?? null, at: Date.now(), text: `${text}\n${stdout}` });
			});
		});
		const first = (words: RegExp) => lines.find(({ text }) => words.test(text));
		const says = async (words: RegExp) => {
			const found = until(String(words), () => first(words), ENDS_WITHIN_MS);
			const over = ended.then(({ text }) => {
				const line = first(words);
				if (line === undefined) throw new Error(`it ended without ${words}:\n${text}`);
				return line;
			});
			return (await Promise.race([found, over])).at;
		};
		// Not from its plan: that is made anew under the deploy lock, with another id.
		const takes = /^\[ok\] Make sure that no other run has the id (\S+)/;
		const id = says(takes).then(() => takes.exec(first(takes)?.text ?? '')?.[1] ?? '');
		id.catch(() => {});
		return { child, ended, id, says, build: () => existsSync(gate) || writeFileSync(gate, '') };
	}

	close(): void {
		for (const child of this.#children) child.kill('SIGKILL');
		rmSync(this.#folder, { recursive: true, force: true });
	}
}
