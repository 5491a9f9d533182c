import { once } from 'node:events';
import { mkdir, rename, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startProcess } from './processes/spawn.ts';
import { openLogs } from './runtime/logs.ts';
import {
	archive,
	client,
	createDomain,
	createService,
	createStack,
	deployFiles,
	reaches,
	SERVER,
	SERVER_SETTINGS,
	startPlatform,
	temporaryFolder,
	until,
} from './testing/harness.ts';

/** Errors that would end the platform, and with it every service. */
const unheard: unknown[] = [];
const hear = (error: unknown) => unheard.push(error);

beforeEach(() => {
	unheard.length = 0;
	process.on('uncaughtException', hear).on('unhandledRejection', hear);
});

afterEach(() => {
	process.off('uncaughtException', hear).off('unhandledRejection', hear);
	expect(unheard).toEqual([]);
});

async function setUp() {
	const dir = await temporaryFolder();
	const platform = await startPlatform({ dir });
	const api = client(platform);
	const stack = await createStack(api);
	return { dir, platform, api, stack };
}

test('a disk that takes nothing of an upload is that upload’s failure, between two of its pieces as well', async () => {
	const { dir, platform, api, stack } = await setUp();
	const web = await createService(api, stack, 'web', SERVER_SETTINGS);
	const body = await archive(SERVER('1'));
	await rm(join(dir, 'uploads'), { recursive: true });
	const { projectId, environmentId } = stack;
	const url = new URL(`/project/${projectId}/environment/${environmentId}/up?serviceId=${web}`, platform.apiUrl);
	const headers = { authorization: `Bearer ${platform.accountToken}`, 'content-length': body.length };
	const sent = request(url, { method: 'POST', headers });
	sent.write(body.subarray(0, 10));
	await sleep(100);
	sent.end(body.subarray(10));
	const [answer] = await once(sent, 'response');
	expect(answer.statusCode).toBe(500);
	answer.resume();
	await mkdir(join(dir, 'uploads'));
	await reaches(api, await deployFiles(api, stack, web, SERVER('1')), 'SUCCESS');
});

test('once the disk takes the state again, changes are answered again', async () => {
	const { dir, api, stack } = await setUp();
	const inTheWay = join(dir, 'state.json.tmp');
	await mkdir(inTheWay);
	expect(
		(await api.ask('mutation { projectCreate(input: {name: "other"}) { id } }').catch(() => null))?.data,
	).toBeUndefined();
	await rm(inTheWay, { recursive: true });
	await createService(api, stack, 'web');
});

test('a service whose address cannot be written down, or which cannot be started anew, crashes alone', async () => {
	const { dir, api, stack } = await setUp();
	const web = await createService(api, stack, 'web', { ...SERVER_SETTINGS, restartPolicyMaxRetries: 2 });
	const beside = await createService(api, stack, 'beside', SERVER_SETTINGS);
	const deployments = [
		await deployFiles(api, stack, web, SERVER('1')),
		await deployFiles(api, stack, beside, SERVER('1')),
	];
	for (const id of deployments) await reaches(api, id, 'SUCCESS');
	const address = await createDomain(api, stack, web);
	const stands = await createDomain(api, stack, beside);
	for (const folder of ['network', 'processes']) await rename(join(dir, folder), join(dir, `${folder}-away`));
	await fetch(`${address}/exit`).catch(() => {});
	await reaches(api, deployments[0]!, 'CRASHED');
	expect((await fetch(stands)).status).toBe(200);
	for (const folder of ['network', 'processes']) await rename(join(dir, `${folder}-away`), join(dir, folder));
});

test('a process that cannot be recorded is not left waiting', async () => {
	const onLine: string[] = [];
	const registry = {
		add() {
			throw new Error('no space left');
		},
		remove() {},
		close() {},
	};
	const spec = { command: 'true', cwd: '/', env: {}, onLine: (text: string) => onLine.push(text) };
	const process = startProcess(spec, registry);
	expect(await process.exited).toMatchObject({ code: 125 });
	expect(onLine.join()).toContain('no space left');
});

test('the log of a service that never rests can be read', async () => {
	const logs = openLogs(await temporaryFolder(), Date.now);
	const write = logs.writer('busy', 'deploy');
	write('first');
	let rests = false;
	const busy = (async () => {
		while (!rests) {
			write('x'.repeat(1_000));
			await new Promise((resolve) => setImmediate(resolve));
		}
	})();
	const read = await Promise.race([logs.read('busy', 'deploy'), sleep(3_000, null)]);
	rests = true;
	await busy;
	expect(read?.[0]?.message).toBe('first');
	await until('it is written', () => logs.flushed().then(() => true));
});
