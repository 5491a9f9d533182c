import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';

const BIN = fileURLToPath(new URL('../bin/pulse.js', import.meta.url));
const INDEX = fileURLToPath(new URL('../dist/index.js', import.meta.url));
const APP = `import { App } from ${JSON.stringify(INDEX)};
const greeting: string = 'hello';
export default new App({ listener: (_request, response) => response.end(greeting) });`;

function pulse(args: string[], options: { source?: string; env?: Record<string, string> } = {}) {
	const cwd = mkdtempSync(join(tmpdir(), 'pulse-bin-'));
	if (options.source !== undefined) writeFileSync(join(cwd, 'app.ts'), options.source);
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
	return { child, exit, output: () => output, url: () => listening(child, () => output) };
}

async function listening(child: ChildProcess, output: () => string): Promise<string> {
	await expect
		.poll(() => child.exitCode ?? /Listening on \S+/.exec(output())?.[0], { timeout: 15_000 })
		.toMatch(/Listening/);
	return (/Listening on (\S+)/.exec(output()) as RegExpExecArray)[1] as string;
}

describe('pulse run', () => {
	it('runs a TypeScript app and exits 0 after draining on SIGTERM', async () => {
		const app = pulse(['run', 'app.ts', '--port', '0'], { source: APP });
		expect(await (await fetch(await app.url())).text()).toBe('hello');
		app.child.kill('SIGTERM');
		expect(await app.exit).toBe(0);
	});

	it('exits 130 on Ctrl-C', async () => {
		const app = pulse(['run', 'app.ts', '--port', '0'], { source: APP });
		await app.url();
		app.child.kill('SIGINT');
		expect(await app.exit).toBe(130);
	});

	it('ends at once on a second SIGTERM', async () => {
		const hanging = APP.replace('response.end(greeting)', "response.write('...')");
		const app = pulse(['run', 'app.ts', '--port', '0', '--drain-seconds', '600'], { source: hanging });
		const response = await fetch(await app.url());
		app.child.kill('SIGTERM');
		await expect
			.poll(() =>
				fetch(response.url).then(
					() => false,
					() => true,
				),
			)
			.toBe(true);
		app.child.kill('SIGTERM');
		expect(await app.exit).toBe(143);
		await response.text().catch(() => {});
	});

	it('accepts a local http address in production, and PORT', async () => {
		const env = { PULSE_SERVER_ADDRESS: 'http://127.0.0.1:9', PORT: '0' };
		const app = pulse(['run', 'app.ts', '--prod'], { source: APP, env });
		expect((await fetch(`${await app.url()}/_pulse/health`)).status).toBe(200);
	});

	it.each([
		['a missing file', ['run', 'missing.ts'], undefined, /App file not found: .*missing\.ts/],
		['a file without an App', ['run', 'app.ts'], 'export default {}', /exports no App/],
		['a file that throws', ['run', 'app.ts'], "throw new Error('broken app')", /failed to load: broken app/],
		['production without an address', ['run', 'app.ts', '--prod', '--port', '0'], APP, /needs a server address/],
		['a bad port', ['run', 'app.ts', '--port', 'x'], APP, /port is a number/i],
	])('says in one line what is wrong with %s', async (_name, args, source, message) => {
		const app = pulse(args, source === undefined ? {} : { source });
		expect(await app.exit).toBe(1);
		expect(app.output()).toMatch(message);
	});

	it('says which port is taken', async () => {
		const first = pulse(['run', 'app.ts', '--port', '0'], { source: APP });
		const { port } = new URL(await first.url());
		const second = pulse(['run', 'app.ts', '--port', port], { source: APP });
		expect(await second.exit).toBe(1);
		expect(second.output()).toContain(`Port ${port} is taken.`);
		expect(second.output()).not.toContain('    at ');
	});

	it('explains itself with examples', async () => {
		const help = pulse(['run', '--help']);
		expect(await help.exit).toBe(0);
		expect(help.output()).toMatch(/Examples:[\s\S]*pulse run app\.ts/);
	});
});
