import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
	archive,
	client,
	createDomain,
	createService,
	createStack,
	deployFiles,
	logs,
	reaches,
	SERVER,
	SERVER_SETTINGS,
	startPlatform,
	status,
	temporaryFolder,
	until,
} from '../testing/harness.ts';

async function setUp(options: Parameters<typeof startPlatform>[0] = {}) {
	const platform = await startPlatform(options);
	const api = client(platform);
	return { platform, api, stack: await createStack(api) };
}

const alive = (pid: number): boolean => {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
};

test('a deployment that never gets healthy fails, and the one before it keeps serving', async () => {
	const { api, stack } = await setUp();
	const web = await createService(api, stack, 'web', { ...SERVER_SETTINGS, healthcheckTimeout: 1 });
	const address = await createDomain(api, stack, web);
	const good = await deployFiles(api, stack, web, SERVER('good'));
	await reaches(api, good, 'SUCCESS');
	const bad = await deployFiles(api, stack, web, {
		'server.mjs': `import { createServer } from 'node:http';
createServer((_, response) => { response.statusCode = 500; response.end(); }).listen(process.env.PORT);`,
	});
	await reaches(api, bad, 'FAILED');
	expect((await logs(api, bad)).at(-1)).toContain('did not answer 200 within 1 s');
	expect(await (await fetch(address)).text()).toBe('good');
	expect(await status(api, good)).toBe('SUCCESS');
});

test('a process that keeps crashing is restarted as often as the policy says, then CRASHED', async () => {
	const { api, stack } = await setUp();
	const web = await createService(api, stack, 'web', { startCommand: 'echo no; exit 3', restartPolicyMaxRetries: 2 });
	const deployment = await deployFiles(api, stack, web, { 'a.txt': '' });
	await reaches(api, deployment, 'CRASHED');
	const lines = await logs(api, deployment);
	expect(lines.filter((line) => line === 'no')).toHaveLength(3);
	expect(lines.at(-1)).toBe('The process ended with code 3 and is not restarted.');
});

test('a crash during the healthcheck ends the deployment without waiting for its timeout', async () => {
	const { api, stack } = await setUp();
	const web = await createService(api, stack, 'web', {
		startCommand: 'exit 9',
		healthcheckPath: '/',
		restartPolicyMaxRetries: 1,
	});
	await reaches(api, await deployFiles(api, stack, web, { 'a.txt': '' }), 'CRASHED');
});

test('a process that ends well stays a success and is stopped', async () => {
	const { api, stack } = await setUp();
	const job = await createService(api, stack, 'job', { startCommand: 'echo done' });
	const id = await deployFiles(api, stack, job, { 'a.txt': '' });
	const read = async () =>
		(await api.data('query($id: String!) { deployment(id: $id) { status deploymentStopped } }', { id })).deployment;
	await until('it is stopped', async () => (await read()).deploymentStopped);
	expect(await read()).toEqual({ status: 'SUCCESS', deploymentStopped: true });
});

test('a service that dies later is brought back', async () => {
	const { api, stack } = await setUp();
	const web = await createService(api, stack, 'web', SERVER_SETTINGS);
	const address = await createDomain(api, stack, web);
	await reaches(api, await deployFiles(api, stack, web, SERVER('up')), 'SUCCESS');
	expect((await fetch(`${address}/exit`)).status).toBe(502);
	await until('it answers again', async () => (await (await fetch(address)).text()) === 'up');
});

test('switching under load loses no request; the old deployment overlaps, drains by SIGTERM, and is gone', async () => {
	const { platform, api, stack } = await setUp();
	const web = await createService(api, stack, 'web', { ...SERVER_SETTINGS, overlapSeconds: 2 });
	const address = await createDomain(api, stack, web);
	const one = await deployFiles(api, stack, web, SERVER('one'));
	await reaches(api, one, 'SUCCESS');
	const [{ pid }] = platform.describe().environments[0]!.services[0]!.processes as unknown as [{ pid: number }];
	const answers: string[] = [];
	let loading = true;
	const load = Array.from({ length: 8 }, async (_, worker) => {
		while (loading) {
			const response = await fetch(address, worker % 2 ? { method: 'POST', body: 'two' } : {});
			answers.push(response.status === 200 ? await response.text() : `status ${response.status}`);
		}
	});
	const two = await deployFiles(api, stack, web, SERVER('two'));
	await reaches(api, two, 'SUCCESS');
	expect(alive(pid)).toBe(true);
	await reaches(api, one, 'REMOVED');
	loading = false;
	await Promise.all(load);
	expect(new Set(answers)).toEqual(new Set(['one', 'two']));
	expect(alive(pid)).toBe(false);
	expect(await (await fetch(address)).text()).toBe('two');
	expect(await logs(api, one)).toContain('draining');
});

test('a service that ignores SIGTERM is killed when its draining time is over', async () => {
	const { platform, api, stack } = await setUp();
	const web = await createService(api, stack, 'web', { startCommand: 'node stubborn.mjs', drainingSeconds: 1 });
	const one = await deployFiles(api, stack, web, {
		'stubborn.mjs': "process.on('SIGTERM', () => console.log('no')); setInterval(() => {}, 1000); console.log('up');",
	});
	await until('it is up', async () => (await logs(api, one)).includes('up'));
	const pid = platform.describe().environments[0]!.services[0]!.processes[0]!.pid;
	await api.data('mutation($id: String!) { deploymentRemove(id: $id) }', { id: one });
	await reaches(api, one, 'REMOVED');
	expect(alive(pid)).toBe(false);
	expect(await logs(api, one)).toContain('no');
});

test('replicas are processes of their own behind one address', async () => {
	const { platform, api, stack } = await setUp();
	const multiRegionConfig = { 'us-west2': { numReplicas: 1 }, local: null, 'europe-west4': { numReplicas: 1 } };
	const web = await createService(api, stack, 'web', { ...SERVER_SETTINGS, multiRegionConfig });
	const address = await createDomain(api, stack, web);
	const id = await deployFiles(api, stack, web, SERVER('x'));
	await reaches(api, id, 'SUCCESS');
	const replica = async () => {
		const env = (await (await fetch(`${address}/env`)).json()) as Record<string, string>;
		regions.add(env.RAILWAY_REPLICA_REGION);
		return env.RAILWAY_REPLICA_ID;
	};
	const regions = new Set<string | undefined>();
	const seen = new Set<string | undefined>();
	await until('both answered', async () => seen.add(await replica()).size === 2);
	expect([...regions].sort()).toEqual(['europe-west4', 'us-west2']);
	expect(new Set(platform.describe().environments[0]!.services[0]!.processes.map(({ pid }) => pid)).size).toBe(2);
	const { deployment } = await api.data('query($id: String!) { deployment(id: $id) { instances { id status } } }', {
		id,
	});
	expect(deployment.instances.map((entry: { status: string }) => entry.status)).toEqual(['RUNNING', 'RUNNING']);
});

test('services see their variables and the basics of the machine, never the rest of its environment', async () => {
	const { api, stack } = await setUp({
		env: { ...process.env, RAILWAY_API_TOKEN: 'secret-of-the-user', AWS_SECRET_ACCESS_KEY: 'k', HOME: '/tmp' },
	});
	const web = await createService(api, stack, 'web', SERVER_SETTINGS, { OWN: '1' });
	const address = await createDomain(api, stack, web);
	await reaches(api, await deployFiles(api, stack, web, SERVER('x')), 'SUCCESS');
	const env = (await (await fetch(`${address}/env`)).json()) as Record<string, string>;
	expect(env).toMatchObject({ OWN: '1', HOME: '/tmp' });
	expect(JSON.stringify(env)).not.toContain('secret-of-the-user');
	expect(Object.keys(env)).not.toContain('AWS_SECRET_ACCESS_KEY');
});

test('a restart is a new process of the same deployment', async () => {
	const { platform, api, stack } = await setUp();
	const web = await createService(api, stack, 'web', SERVER_SETTINGS);
	const address = await createDomain(api, stack, web);
	const id = await deployFiles(api, stack, web, SERVER('x'));
	await reaches(api, id, 'SUCCESS');
	const pid = () => platform.describe().environments[0]!.services[0]!.processes[0]!.pid;
	const before = pid();
	await api.data('mutation($id: String!) { deploymentRestart(id: $id) }', { id });
	await until('another process answers', async () => pid() !== before && (await fetch(address)).status === 200);
	expect(await status(api, id)).toBe('SUCCESS');
});

test('only the last twenty deployments that are over are remembered', async () => {
	const { api, stack } = await setUp();
	const job = await createService(api, stack, 'job', { startCommand: 'exit 1', restartPolicyType: 'NEVER' });
	for (let i = 0; i < 23; i++) {
		await reaches(api, await deployFiles(api, stack, job, { 'a.txt': '' }), 'CRASHED');
	}
	const query = 'query($s: String!) { deployments(input: {serviceId: $s}) { edges { node { id } } } }';
	expect((await api.data(query, { s: job })).deployments.edges.length).toBeLessThanOrEqual(22);
});

test('a newer deployment takes over from one that is still being made', async () => {
	let stuck = true;
	const { api, stack } = await setUp({ behaviour: { stuckBuild: () => stuck } });
	const web = await createService(api, stack, 'web', { startCommand: 'sleep 60' });
	const first = await deployFiles(api, stack, web, { 'a.txt': '' });
	await reaches(api, first, 'BUILDING');
	stuck = false;
	const second = await deployFiles(api, stack, web, { 'a.txt': '' });
	await reaches(api, second, 'SUCCESS');
	expect(await status(api, first)).toBe('REMOVED');
});

test('deleting a service ends its processes, its private name and its public address', async () => {
	const { platform, api, stack } = await setUp();
	const web = await createService(api, stack, 'web', SERVER_SETTINGS);
	const address = await createDomain(api, stack, web);
	await reaches(api, await deployFiles(api, stack, web, SERVER('x')), 'SUCCESS');
	const pid = platform.describe().environments[0]!.services[0]!.processes[0]!.pid;
	await api.data('mutation($id: String!) { serviceDelete(id: $id) }', { id: web });
	await until('its process is gone', () => !alive(pid));
	await expect(fetch(address)).rejects.toThrow();
	expect(platform.describe().environments[0]!.services).toEqual([]);
	expect((await api.ask('mutation($id: String!) { serviceDelete(id: $id) }', { id: web })).errors?.[0]?.message).toBe(
		'Service not found',
	);
});

test('changed variables deploy anew unless the caller skips it', async () => {
	const { api, stack } = await setUp();
	const web = await createService(api, stack, 'web', SERVER_SETTINGS);
	const address = await createDomain(api, stack, web);
	await reaches(api, await deployFiles(api, stack, web, SERVER('x')), 'SUCCESS');
	const upsert = (name: string, skipDeploys: boolean) =>
		api.data('mutation($i: VariableUpsertInput!) { variableUpsert(input: $i) }', {
			i: { ...stack, serviceId: web, name, value: '1', skipDeploys },
		});
	const env = async () => (await (await fetch(`${address}/env`)).json()) as Record<string, string>;
	const count = async () =>
		(await api.data('query($s: String!) { deployments(input: {serviceId: $s}) { edges { node { id } } } }', { s: web }))
			.deployments.edges.length;
	await upsert('FIRST', true);
	expect([await count(), (await env()).FIRST]).toEqual([1, undefined]);
	await upsert('SECOND', false);
	await until('both are seen', async () => (await env()).SECOND === '1' && (await env()).FIRST === '1');
	expect(await count()).toBe(2);
});

test('a service that is deleted while it is built leaves no files, and the platform goes on', async () => {
	const dir = await temporaryFolder();
	const failures: string[] = [];
	const { api, stack } = await setUp({ dir, report: (text) => failures.push(text) });
	const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`d${i % 20}/${i}`, 'x']));
	const upload = new Uint8Array(await archive(many));
	for (let round = 0; round < 4; round++) {
		const web = await createService(api, stack, `web-${round}`, { startCommand: 'true' });
		const response = await api.upload(stack, web, upload);
		const { deploymentId } = (await response.json()) as { deploymentId: string };
		const folder = join(dir, 'deployments', deploymentId);
		await until('it is unpacked', () => existsSync(join(folder, 'app')));
		await api.data('mutation($id: String!) { serviceDelete(id: $id) }', { id: web });
		await until('its folder is gone', () => !existsSync(folder));
	}
	expect(failures).toEqual([]);
});

test('the private name of a service leads to each of its replicas that runs (R2.22)', async () => {
	const { platform, api, stack } = await setUp({ behaviour: { restartBackoffMs: () => 60_000 } });
	const web = await createService(api, stack, 'web', { ...SERVER_SETTINGS, numReplicas: 3 });
	await reaches(api, await deployFiles(api, stack, web, SERVER('one')), 'SUCCESS');
	const named = (): string[] =>
		[JSON.parse(readFileSync(platform.privateNetworkFile(stack.environmentId), 'utf8')).web].flat();
	expect(new Set(named()).size).toBe(3);
	const [, second] = named();
	await fetch(`http://${second}/exit`).catch(() => {});
	await until('it is not named any more', () => named().length === 2 && !named().includes(second!));
	for (const address of named()) expect(await (await fetch(`http://${address}/`)).text()).toBe('one');
});
