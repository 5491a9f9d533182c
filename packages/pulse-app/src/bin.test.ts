import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { IMPORT_APP, pulse } from './testing/pulse-process.ts';

const APP = `${IMPORT_APP}
const greeting: string = 'hello';
export default new App({ listener: (_request, response) => response.end(greeting) });`;

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
		['a folder', ['run', '.'], APP, /App file not found: .*\n {2}Next: .*\n$/],
		['no file', ['run'], undefined, /missing required argument 'file'\n+ {2}Next: pulse run --help\n$/],
		['another command', ['start', 'app.ts'], APP, /unknown command 'start'\n+ {2}Next: pulse run --help\n$/],
	])('says in one line what is wrong with %s', async (_name, args, source, message) => {
		const app = pulse(args, source === undefined ? {} : { source });
		expect(await app.exit).toBe(1);
		expect(app.output()).toMatch(message);
	});

	it('sends a Python app to its own runtime', async () => {
		const folder = mkdtempSync(join(tmpdir(), 'pulse-app-'));
		onTestFinished(() => rmSync(folder, { recursive: true }));
		writeFileSync(join(folder, 'main.py'), 'import pulse as ps\napp = ps.App()\n');
		const app = pulse(['run', join(folder, 'main.py')], {});
		expect(await app.exit).toBe(1);
		expect(app.output()).toMatch(/main\.py is a Python app.*\n {2}Next: Run it with the pulse command of its own/);
		expect(app.output()).not.toContain('    at ');
	});

	it('says which port is taken', async () => {
		const first = pulse(['run', 'app.ts', '--port', '0'], { source: APP });
		const { port } = new URL(await first.url());
		const second = pulse(['run', 'app.ts', '--port', port], { source: APP });
		expect(await second.exit).toBe(1);
		expect(second.output()).toContain(`Port ${port} is taken.`);
		expect(second.output()).not.toContain('    at ');
	});

	it('reads .env in development, never over what is set, and says what by name', async () => {
		const source = `${IMPORT_APP}
export default new App({ listener: (_q, response) => response.end([process.env.A, process.env.B, process.env.C].join()) });`;
		const files = { '.env': '# mine\nA=from-file\nB="two words" # why\nC=from-file\nPORT=0\n' };
		const app = pulse(['run', 'app.ts'], { source, files, env: { C: 'set', A: '' } });
		expect(await (await fetch(await app.url())).text()).toBe(',two words,set');
		expect(app.output()).toContain('Read from .env: B, PORT (set already: A, C).');
		expect(app.output()).not.toMatch(/from-file|two words/);
	});

	it('takes a folder called .env, as Python environments are, for no file of variables', async () => {
		const app = pulse(['run', 'app.ts', '--port', '0'], { source: APP, files: { '.env/': '' } });
		expect(await (await fetch(await app.url())).text()).toBe('hello');
	});

	it.each([
		['--prod', ['run', 'app.ts', '--prod', '--port', '0'], {}],
		['PULSE_ENV', ['run', 'app.ts', '--port', '0'], { PULSE_ENV: 'prod' }],
	])('reads no .env in production, by %s', async (_how, args, env) => {
		const source = APP.replace("'hello'", 'String(process.env.A)');
		const files = { '.env': 'A=from-file' };
		const app = pulse(args, { source, files, env: { ...env, PULSE_SERVER_ADDRESS: 'http://127.0.0.1:9' } });
		expect(await (await fetch(await app.url())).text()).toBe('undefined');
		expect(app.output()).not.toContain('.env');
	});

	it('says its version', async () => {
		const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
		const said = pulse(['--version']);
		expect([await said.exit, said.output()]).toEqual([0, `${version}\n`]);
	});

	it('explains itself with examples', async () => {
		const help = pulse(['run', '--help']);
		expect(await help.exit).toBe(0);
		expect(help.output()).toMatch(/Examples:[\s\S]*pulse run app\.ts/);
	});
});
