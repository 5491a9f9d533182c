// biome-ignore-all lint/suspicious/noExplicitAny: JSON that the command under test printed.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import {
	client,
	createService,
	createStack,
	deployFiles,
	reaches,
	SERVER,
	SERVER_SETTINGS,
	until,
} from '../../../railway-local/src/testing/harness.ts';
import { OWN_BIN } from '../config/own-bin.ts';

interface Ran {
	readonly code: number;
	readonly out: string;
	readonly err: string;
}

/** A folder, and the command with it; a platform that a failing test leaves behind is ended. */
async function workspace() {
	const root = await mkdtemp(join(tmpdir(), 'local-command-'));
	const dir = join(root, 'platform');
	const runWith = (env: Record<string, string>, ...args: string[]) =>
		new Promise<Ran>((resolve) => {
			const options = { env: { ...process.env, ...env } };
			const child = execFile(process.execPath, [OWN_BIN, 'local', ...args], options, (error, out, err) =>
				resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, out, err }),
			);
			child.stdin?.end();
		});
	const run = (...args: string[]) => runWith({}, ...args);
	onTestFinished(async () => {
		await run('down', '--dir', dir);
		await rm(root, { recursive: true, force: true, maxRetries: 5 });
	});
	const inDir = (command: string, ...args: string[]) => run(command, '--dir', dir, ...args);
	return { root, dir, run: inDir, runWith };
}

const jsonOf = (ran: Ran) => JSON.parse(ran.out);

async function firstLines(child: ChildProcess): Promise<any> {
	let seen = '';
	for await (const chunk of child.stdout!) {
		seen += String(chunk);
		if (seen.trimEnd().endsWith('}')) return JSON.parse(seen);
	}
	throw new Error(`ended: ${await text(child.stderr!)}`);
}

test('in the foreground it prints its address when ready, and Ctrl-C stops it with every service', async () => {
	const { dir, run } = await workspace();
	const child = spawn(process.execPath, [OWN_BIN, 'local', 'up', '--json', '--redis', 'sqlite', '--dir', dir]);
	const address = await firstLines(child);
	const api = client({ apiUrl: address.api_url, accountToken: address.api_token } as never);
	const stack = await createStack(api);
	const web = await createService(api, stack, 'web', SERVER_SETTINGS);
	await reaches(api, await deployFiles(api, stack, web, SERVER('x')), 'SUCCESS');
	const status = jsonOf(await run('status', '--json'));
	expect(status).toMatchObject({ api_url: address.api_url, workspace_id: address.workspace_id });
	const [service] = status.environments[0].services;
	expect(service).toMatchObject({ service_name: 'web', status: 'SUCCESS', source: 'upload' });
	expect((await run('status')).out).toContain('web');
	await until('its output is printed', async () => (await run('logs', 'web')).out.includes('listening'));
	expect((await run('logs', 'web', '--build')).out).toContain('Start command: node server.mjs');
	expect(await run('logs', 'nosuch')).toMatchObject({ code: 1, err: expect.stringContaining('Services: web') });
	expect(await run('up')).toMatchObject({ code: 1, err: expect.stringContaining('already runs') });

	const following = spawn(process.execPath, [OWN_BIN, 'local', 'logs', 'web', '--follow', '--dir', dir]);
	await once(following.stdout, 'data');
	following.kill('SIGINT');
	expect((await once(following, 'exit'))[0]).toBe(130);

	child.kill('SIGINT');
	const [code] = await once(child, 'exit');
	expect(code).toBe(130);
	expect(() => process.kill(service.processes[0].pid, 0)).toThrow();
	expect(await run('status')).toMatchObject({ code: 1, err: expect.stringContaining('local up') });
});

test('detached it goes on alone, keeps its address over a restart, and down ends it', async () => {
	const { dir, run } = await workspace();
	const first = await run('up', '--detach', '--redis', 'sqlite');
	expect(first.out).toMatch(/^export PULSE_RAILWAY_API_URL=http:\/\/127\.0\.0\.1:\d+\/graphql\/v2$/m);
	expect(first.out).toMatch(/^export RAILWAY_API_TOKEN=\S+$/m);
	expect((await run('up', '--detach')).out).toBe(first.out);
	expect(statSync(dir).mode & 0o777).toBe(0o700);
	const token = /^export RAILWAY_API_TOKEN=(\S+)$/m.exec(first.out)?.[1] ?? 'no token';
	expect(readFileSync(join(dir, 'platform.log'), 'utf8')).not.toContain(token);
	for (const file of ['state.json', 'platform.json']) expect(statSync(join(dir, file)).mode & 0o777).toBe(0o600);
	expect(jsonOf(await run('down', '--json'))).toEqual({ stopped: true, purged: false });
	expect((await run('up', '--detach', '--redis', 'sqlite')).out).toBe(first.out);
	expect(jsonOf(await run('down', '--purge', '--yes', '--json'))).toEqual({ stopped: true, purged: true });
	expect(existsSync(dir)).toBe(false);
	expect(jsonOf(await run('down', '--json'))).toEqual({ stopped: false, purged: false });
});

test('its exports lead every later command of that shell to it, wherever it stands', async () => {
	const { dir, run, runWith } = await workspace();
	const up = await run('up', '--detach', '--redis', 'sqlite');
	const folder = /^export PULSE_RAILWAY_LOCAL_DIR=(\S+)$/m.exec(up.out)?.[1];
	expect(folder).toBe(dir);
	const shell = { PULSE_RAILWAY_LOCAL_DIR: folder ?? '' };
	expect((await runWith(shell, 'status')).code).toBe(0);
	expect(jsonOf(await runWith(shell, 'down', '--json'))).toMatchObject({ stopped: true });
	expect((await runWith(shell, 'status')).err).toContain(`Next: pulse-railway local up --detach --dir ${dir}`);
});

test('a shell that still names the project of another platform is told so', async () => {
	const { dir, run, runWith } = await workspace();
	const up = () => ['up', '--detach', '--redis', 'sqlite', '--dir', dir];
	const left = { RAILWAY_PROJECT_ID: 'gone', RAILWAY_TOKEN: 'of-railway' };
	const { code, err } = await runWith(left, ...up());
	expect([code, err]).toEqual([0, expect.stringContaining('unset RAILWAY_PROJECT_ID')]);
	expect(err).toContain('unset RAILWAY_TOKEN');
	const { out } = await run('up', '--detach');
	const [apiUrl = '', accountToken = ''] = ['PULSE_RAILWAY_API_URL', 'RAILWAY_API_TOKEN'].map(
		(name) => new RegExp(`^export ${name}=(\\S+)$`, 'm').exec(out)?.[1] ?? '',
	);
	const own = await createStack(client({ apiUrl, accountToken } as never));
	const ids = { RAILWAY_PROJECT_ID: own.projectId, RAILWAY_ENVIRONMENT_ID: own.environmentId };
	expect((await runWith(ids, ...up())).err).not.toContain('unset');
});

test('interrupted while it starts, a detached one is gone when the command ends', async () => {
	const { dir, run } = await workspace();
	const child = spawn(process.execPath, [OWN_BIN, 'local', 'up', '--detach', '--redis', 'sqlite', '--dir', dir]);
	await until('it has begun', async () => existsSync(join(dir, 'platform.log')));
	child.kill('SIGINT');
	expect((await once(child, 'exit'))[0]).toBe(130);
	expect(await run('status')).toMatchObject({ code: 1, err: expect.stringContaining('No local platform runs') });
});

test('the state is removed only on a clear yes, and only where it is one', async () => {
	const { root, dir, run } = await workspace();
	await run('up', '--detach', '--redis', 'sqlite');
	const declined = await run('down', '--purge');
	expect(declined).toMatchObject({ code: 0, err: expect.stringContaining('kept') });
	expect(existsSync(join(dir, 'state.json'))).toBe(true);
	const other = join(root, 'precious');
	await mkdir(other);
	await writeFile(join(other, 'thesis.txt'), 'x');
	const refused = await run('down', '--purge', '--yes', '--dir', other);
	expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('not the folder of a local platform') });
	expect(existsSync(join(other, 'thesis.txt'))).toBe(true);
});

test('a port or a folder that cannot be had is told with what to do', async () => {
	const { root, dir, run } = await workspace();
	const taken = createServer().listen(0, '127.0.0.1');
	onTestFinished(() => void taken.close());
	await once(taken, 'listening');
	const { port } = taken.address() as AddressInfo;
	const refused = await run('up', '--redis', 'sqlite', '--port', String(port));
	expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('Next: Give another --port') });
	expect(existsSync(join(dir, 'platform.json'))).toBe(false);
	const file = join(root, 'file');
	await writeFile(file, '');
	const { code, out } = await run('up', '--json', '--dir', join(file, 'inside'));
	expect([code, JSON.parse(out).error]).toEqual([1, expect.objectContaining({ code: 'file-system', fault: 'user' })]);
	const itself = await run('up', '--json', '--dir', file);
	expect(JSON.parse(itself.out).error).toMatchObject({ code: 'file-system', fault: 'user' });
});

test('bad values are one clear line and start nothing', async () => {
	const { dir, run } = await workspace();
	for (const [flag, value] of [
		['--port', 'eighty'],
		['--redis', 'maybe'],
		['--cron-scale', '0'],
	] as const) {
		const ran = await run('up', flag, value);
		expect([ran.code, ran.err]).toEqual([2, expect.stringContaining(flag)]);
	}
	expect(existsSync(dir)).toBe(false);
});
