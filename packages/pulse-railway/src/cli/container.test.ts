import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type LocalPlatform, startLocalPlatform } from '../local.ts';
import { containerFolder } from './testing/container-folder.ts';
import { type Ended, expecting, pulseRailway } from './testing/run.ts';

/** One stack of an app that knows nothing of us lives through all commands; each test leaves it in order for the next. */
let app: Awaited<ReturnType<typeof containerFolder>>;
let platform: LocalPlatform;
let env: Record<string, string>;
let address: string;
let first: string;
let second: string;

beforeAll(async () => {
	app = await containerFolder();
	platform = await startLocalPlatform({
		dir: join(app.dir, '.platform'),
		env: process.env,
		redis: 'sqlite',
		behaviour: { transitionMs: 5, restartBackoffMs: () => 20 },
	});
	env = {
		PULSE_RAILWAY_API_URL: platform.apiUrl,
		RAILWAY_API_TOKEN: platform.accountToken,
		RAILWAY_WORKSPACE_ID: platform.workspaceId,
		PULSE_RAILWAY_DEPLOY_LOCK_SECONDS: '3',
	};
}, 60_000);
afterAll(async () => {
	await platform?.close();
	await app?.dispose();
}, 60_000);

const run = (...args: string[]): Promise<Ended> => pulseRailway(args, { cwd: app.dir, env });
const { done, refused } = expecting(run);
interface Row {
	deployment_id: string;
	state: string;
	kind: string;
	affinity: string;
	tabs: number;
	sockets: number;
	requests_in_flight: number;
	janitor: { reason: string; detail: string | null };
}
const status = async (id: string) =>
	(await done<{ deployments: Row[] }>('status')).deployments.find(({ deployment_id }) => deployment_id === id);
const visit = async (query = '') => {
	const response = await fetch(`${address}/${query}`);
	return { text: await response.text(), by: response.headers.get('x-pulse-selected-deployment') };
};
const services = () =>
	platform.describe().environments.flatMap((one) => one.services.map(({ service_name }) => service_name));

it('init needs neither an app nor a plugin where a Dockerfile is', async () => {
	const made = await done<{ server_address: string; project_id: string; environment_id: string }>(
		...['init', '--project-name', 'plain', '--drain-grace-seconds', '0', '--rollback-window', '0'],
	);
	env = { ...env, RAILWAY_PROJECT_ID: made.project_id, RAILWAY_ENVIRONMENT_ID: made.environment_id };
	address = made.server_address;
}, 60_000);

it('deploy says in one line what it found, and visitors get the app', async () => {
	const planned = await run('deploy', '--dry-run');
	expect(planned.stderr + planned.stdout).toContain(
		'An app in a Dockerfile, port 3000: a container app, pinned by tab',
	);
	first = (await done<{ deployment_id: string }>('deploy', '--health-path', '/well')).deployment_id;
	expect(await visit()).toEqual({ text: expect.stringMatching(/^hello \d$/), by: first });
	expect(await status(first)).toMatchObject({ state: 'active', kind: 'container', affinity: 'tab' });
}, 120_000);

it('the app gets its port and none of our secrets', async () => {
	const names = (await visit('environment')).text;
	expect(JSON.parse(names)).toEqual(expect.arrayContaining(['PORT', 'PULSE_DEPLOYMENT_ID', 'PULSE_DEPLOYMENT_KIND']));
	expect(names).not.toMatch(/TOKEN|REDIS|PULSE_APP_FILE/);
});

it('a deploy of an app that does not start is undone, and visitors stay', async () => {
	expect(await refused('deploy', '--health-path', '/well', '--env', 'BROKEN=yes')).toMatchObject({
		message: 'backend source build failed: CRASHED',
		detail: expect.stringContaining('no database'),
	});
	expect((await visit()).by).toBe(first);
	expect(services()).toHaveLength(5);
}, 120_000);

it('a second one stands beside the first, which keeps who is pinned to it, with its state', async () => {
	second = (await done<{ deployment_id: string }>('deploy', '--health-path', '/well', '--env', 'GREETING=good day'))
		.deployment_id;
	expect(await visit()).toEqual({ text: expect.stringMatching(/^good day \d$/), by: second });
	const pinned = await visit(`?pulse_deployment=${first}`);
	expect(pinned).toMatchObject({ text: expect.stringMatching(/^hello [2-9]$/), by: first });
}, 120_000);

it('rollback goes back to the first, and on', async () => {
	await done('rollback');
	expect((await visit()).by).toBe(first);
	await done('rollback');
	expect((await visit()).by).toBe(second);
}, 120_000);

async function ask<T>(query: string, variables: object): Promise<T> {
	const response = await fetch(platform.apiUrl, {
		method: 'POST',
		headers: { 'content-type': 'application/json', authorization: `Bearer ${platform.accountToken}` },
		body: JSON.stringify({ query, variables }),
	});
	return ((await response.json()) as { data: T }).data;
}
/** "Run now", as in the platform's console. */
async function janitor(): Promise<void> {
	const { environment } = await ask<{
		environment: { serviceInstances: { edges: { node: { id: string; serviceName: string } }[] } };
	}>(
		'query($id: String!) { environment(id: $id) { serviceInstances(first: 50) { edges { node { id serviceName } } } } }',
		{ id: env.RAILWAY_ENVIRONMENT_ID },
	);
	const id = environment.serviceInstances.edges.find(({ node }) => node.serviceName === 'pulse-janitor')?.node.id;
	await ask('mutation($id: String!) { deploymentInstanceExecutionCreate(input: {serviceInstanceId: $id}) }', { id });
}

it('the janitor keeps the first while a stream is open to it, a tab says that it is there, or the router has just begun and may not know its tabs; a recall is told to the tab (R8.6) (C1.15)', async () => {
	const tab = (state: string) =>
		fetch(`${address}/_pulse/edge/tab?pulse_deployment=${first}&tab=tab-of-test&state=${state}`, {
			method: 'POST',
			headers: { origin: address, connection: 'close' },
		});
	const told = async () => (await run('local', 'logs', 'pulse-janitor', '--dir', join(app.dir, '.platform'))).stdout;
	const kept = async (because: object, what: string) => {
		const seen = async () =>
			expect(await status(first)).toMatchObject({ ...because, janitor: { reason: 'still_active' } });
		await vi.waitFor(seen, { timeout: 20_000, interval: 500 });
		await janitor();
		const line = `keep ${first}; reason=still_active; ${what}`;
		await vi.waitFor(async () => expect(await told()).toContain(line), { timeout: 20_000, interval: 500 });
	};
	const stop = new AbortController();
	const stream = await fetch(`${address}/stream?pulse_deployment=${first}`, { signal: stop.signal });
	await kept({ requests_in_flight: 1 }, '1 request');
	expect((await tab('visible')).status).toBe(204);
	stop.abort();
	await stream.text().catch(() => {});
	await kept({ tabs: 1, requests_in_flight: 0 }, '1 tab');
	const within = async () => Number((await tab('visible')).headers.get('x-pulse-reload-within'));
	expect(await within()).toBe(0);
	const recalled = await done<{ left: object }>('recall', first, '--within', '1h', '--yes');
	expect(recalled.left).toMatchObject({ idle: expect.any(Number), hidden: 0, held: 0 });
	await vi.waitFor(async () => expect(await within()).toBeGreaterThan(3_000), { timeout: 10_000 });
	await done('recall', first, '--cancel', '--yes');
	await vi.waitFor(async () => expect(await within()).toBe(0), { timeout: 10_000 });
	// Each process of the router counts for itself, and a tab that leaves tells one of them: the others hold it for 90 s.
	await vi.waitFor(
		async () => {
			await Promise.all(Array.from({ length: 4 }, () => tab('gone')));
			await janitor();
			expect(await told()).toContain(`keep ${first}; reason=unreachable; a router began lately`);
		},
		{ timeout: 120_000, interval: 1_000 },
	);
	await done('delete', '--deployment-id', first, '--yes');
	expect(services()).not.toContain(first);
	expect(await visit()).toMatchObject({ by: second });
}, 240_000);

it('pulse.toml says what the flags would, less than they do, and errors name line and column', async () => {
	const file = join(app.dir, 'pulse.toml');
	await writeFile(file, '# of the shop\naffinity = "session"\nport = 3000\nhealth_path = "/well"\n');
	const line = async (...args: string[]) => (await run('deploy', '--dry-run', ...args)).stderr;
	expect(await line()).toContain('pinned by session');
	expect(await line('--affinity', 'tab')).toContain('pinned by tab');
	await writeFile(file, 'port = 3000\n  affinty = "tab"\n');
	expect(await refused('deploy', '--dry-run')).toMatchObject({
		message: "pulse.toml:2:3: unknown key 'affinty'; did you mean 'affinity'?",
		next: expect.stringContaining('affinity'),
	});
	await writeFile(file, 'port = "many"\n');
	expect((await refused('deploy', '--dry-run')).message).toBe("pulse.toml:1:1 (port): must be an integer, got 'many'");
	await writeFile(file, 'port = 3000\naffinity = tab\n');
	expect((await refused('deploy', '--dry-run')).message).toMatch(/^pulse\.toml:2:\d+: /);
	await writeFile(file, '');
}, 60_000);
