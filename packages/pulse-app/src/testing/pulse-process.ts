import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';

const BIN = fileURLToPath(new URL('../../bin/pulse.js', import.meta.url));
const INDEX = fileURLToPath(new URL('../../dist/index.js', import.meta.url));

/** First line of an app file in a folder of its own. */
export const IMPORT_APP = `import { App } from ${JSON.stringify(INDEX)};`;

/** The command as a process, in a folder that holds `source` as `app.ts`. */
export function pulse(
	args: string[],
	options: { source?: string; env?: Record<string, string>; files?: Record<string, string> } = {},
) {
	const cwd = mkdtempSync(join(tmpdir(), 'pulse-bin-'));
	if (options.source !== undefined) writeFileSync(join(cwd, 'app.ts'), options.source);
	for (const [name, text] of Object.entries(options.files ?? {})) {
		if (name.endsWith('/')) mkdirSync(join(cwd, name));
		else writeFileSync(join(cwd, name), text);
	}
	const env = { PATH: process.env.PATH ?? '', ...options.env };
	const child = spawn(process.execPath, [BIN, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
	let output = '';
	for (const stream of [child.stdout, child.stderr])
		stream.on('data', (data) => {
			output += data;
		});
	const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
	onTestFinished(async () => {
		child.kill('SIGKILL');
		await exit;
		rmSync(cwd, { recursive: true });
	});
	return { child, exit, cwd, output: () => output, url: () => listening(child, () => output) };
}

async function listening(child: ChildProcess, output: () => string): Promise<string> {
	await expect
		.poll(() => child.exitCode ?? /Listening on \S+/.exec(output())?.[0], { timeout: 15_000 })
		.toMatch(/Listening/);
	return (/Listening on (\S+)/.exec(output()) as RegExpExecArray)[1] as string;
}
