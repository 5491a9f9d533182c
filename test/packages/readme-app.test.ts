import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ROOT } from '../repository/source-files.ts';
import { until } from '../support/until.ts';

/** The app that a page of the repository shows, run as it says; what it answers. */
async function answerOf(document: string, env: Readonly<Record<string, string>>): Promise<string> {
	const source = /```ts\n([\s\S]*?new App\([\s\S]*?)```/.exec(
		readFileSync(join(ROOT, document), 'utf8'),
	)?.[1] as string;
	const cwd = mkdtempSync(join(tmpdir(), 'pulse-readme-'));
	symlinkSync(join(ROOT, 'node_modules'), join(cwd, 'node_modules'));
	writeFileSync(join(cwd, 'package.json'), '{"type":"module"}');
	writeFileSync(join(cwd, 'app.ts'), source);
	const pulse = join(ROOT, 'packages/pulse-app/bin/pulse.js');
	const child = spawn(process.execPath, [pulse, 'run', 'app.ts', '--port', '0'], {
		cwd,
		env: { PATH: process.env.PATH, ...env },
		stdio: ['ignore', 'ignore', 'pipe'],
	});
	const exit = new Promise((resolve) => child.once('close', resolve));
	onTestFinished(async () => {
		child.kill('SIGKILL');
		await exit;
		rmSync(cwd, { recursive: true });
	});
	let said = '';
	child.stderr.setEncoding('utf8').on('data', (text: string) => {
		said += text;
	});
	const url = await until('the app of the README', () => {
		if (child.exitCode !== null) throw new Error(said);
		return /Listening on (\S+)/.exec(said)?.[1];
	});
	return (await fetch(url)).text();
}

describe('the app of the README', () => {
	it('shows which version served the page', async () => {
		expect(await answerOf('README.md', { PULSE_DEPLOYMENT_ID: 'green-1' })).toContain('served by green-1');
		expect(await answerOf('README.md', {})).toContain('served by this machine');
	});

	it('of pulse-app runs as it stands', async () => {
		expect(await answerOf('packages/pulse-app/README.md', {})).toContain('<button>0</button>');
	});
});
