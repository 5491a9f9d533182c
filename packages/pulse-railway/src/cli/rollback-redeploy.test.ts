import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { ApiCall, Fault, LocalPlatform } from '../local.ts';
import { appFolder } from './testing/app-folder.ts';
import { expecting, pulseRailway, startPulseRailway } from './testing/run.ts';
import { initShop, startPlatform } from './testing/shop.ts';

/** One stack lives through all tests; each leaves one deployment active, and others stopped. */
let app: Awaited<ReturnType<typeof appFolder>>;
let platform: LocalPlatform;
let env: Record<string, string>;
let address: string;
let fault: (call: ApiCall) => Fault | null = () => null;

beforeAll(async () => {
	app = await appFolder();
	({ platform, env } = await startPlatform(app.dir, { behaviour: { faults: (call) => fault(call) } }));
	env.PULSE_RAILWAY_DEPLOY_LOCK_SECONDS = '3';
	await writeFile(join(app.dir, '.railwayignore'), '.platform\n');
	address = await initShop(app.dir, env);
}, 60_000);
afterAll(async () => {
	await platform?.close();
	await app?.dispose();
}, 60_000);

const { done, refused } = expecting((...args) => pulseRailway(args, { cwd: app.dir, env }));
const deploy = (...args: string[]) =>
	done<{ deployment_id: string }>('deploy', 'app.ts', '--yes', ...args).then((it) => it.deployment_id);
interface Status {
	active_deployment: string;
	deployments: { deployment_id: string }[];
	resting: { deployment_id: string; since: number }[];
}
const status = () => done<Status>('status');
const running = async () => (await status()).deployments.map(({ deployment_id }) => deployment_id);
const resting = async () => (await status()).resting.map(({ deployment_id }) => deployment_id);
const visit = async (query = '') => (await fetch(`${address}/${query}`)).text();

/** As the janitor of the stack, with nothing to wait for, and once no visitor is there. */
async function janitor(keep = '2'): Promise<void> {
	const { services } = platform.describe().environments[0] ?? expect.fail('no environment');
	const { service_id } = services.find(({ service_name }) => service_name === 'pulse-janitor') ?? expect.fail('none');
	const own = await platformVariables(service_id);
	const inside = {
		...own,
		PULSE_RAILWAY_API_URL: platform.apiUrl,
		PULSE_RAILWAY_PRIVATE_NETWORK: platform.privateNetworkFile(env.RAILWAY_ENVIRONMENT_ID ?? ''),
		PULSE_RAILWAY_JANITOR_DRAIN_GRACE_SECONDS: '0',
		PULSE_RAILWAY_ROLLBACK_WINDOW: '0',
		PULSE_RAILWAY_REDEPLOY_KEEP: keep,
	};
	const ended = await pulseRailway(['janitor', 'run', '--json'], { cwd: app.dir, env: inside });
	expect(ended.code, ended.stderr).toBe(0);
}

async function platformVariables(serviceId: string): Promise<Record<string, string>> {
	const query =
		'query($p: String!, $e: String!, $s: String!) { env: variablesForServiceDeployment(projectId: $p, environmentId: $e, serviceId: $s) }';
	const variables = { p: env.RAILWAY_PROJECT_ID, e: env.RAILWAY_ENVIRONMENT_ID, s: serviceId };
	const answer = await fetch(platform.apiUrl, {
		method: 'POST',
		headers: { 'content-type': 'application/json', authorization: `Bearer ${platform.accountToken}` },
		body: JSON.stringify({ query, variables }),
	});
	return ((await answer.json()) as { data: { env: Record<string, string> } }).data.env;
}

/** Until what does not run any more is stopped: the routers may still count the last request. */
async function stopped(...ids: string[]): Promise<void> {
	await vi.waitFor(
		async () => {
			await janitor();
			expect(await resting()).toEqual(ids);
		},
		{ timeout: 40_000, interval: 1_000 },
	);
}

/** Whether a command waits for what it has started. It gets no answer, and so no further, however slow this test is. */
function watchStart(): () => boolean {
	let begun = false;
	fault = (call) => {
		if (!call.fields.includes('deployment')) return null;
		begun = true;
		return { kind: 'status', status: 503 };
	};
	return () => begun;
}

let good = '';
let bad = '';

it('what nobody uses any more is stopped and kept; rollback names the next command, and --redeploy starts it again (R8.14)', async () => {
	good = await deploy('--env', 'GREETING=hello');
	bad = await deploy();
	await stopped(good);
	expect(await running()).toEqual([bad]);
	expect((await fetch(`${address}/?pulse_deployment=${good}`)).status).toBe(409);
	expect(await refused('rollback')).toMatchObject({
		message: 'no earlier deployment runs any more',
		next: expect.stringContaining('pulse-railway rollback --redeploy'),
	});
	expect(await refused('promote', good)).toMatchObject({
		next: expect.stringContaining(`rollback --redeploy ${good}`),
	});

	const back = await done('rollback', '--redeploy');
	expect(back).toMatchObject({ deployment_id: good, previous_deployment_id: bad, redeployed: true });
	expect(await visit()).toBe(`${good} hello`);
	expect(await status()).toMatchObject({ active_deployment: good, resting: [] });
	const { entries } = await done<{ entries: object[] }>('history', good, '--lines', '1');
	expect(entries).toMatchObject([{ event: 'activated', by: expect.stringContaining('rollback --redeploy') }]);
}, 300_000);

it('what runs is gone back to as it is; what is not kept is refused, with what is (R8.14)', async () => {
	expect(await done('rollback', '--redeploy')).toMatchObject({ deployment_id: bad, redeployed: false });
	await stopped(good);
	expect(await refused('rollback', '--redeploy', 'shop-200101-000000')).toMatchObject({
		message: "deployment 'shop-200101-000000' is not kept any more",
		next: expect.stringContaining(good),
	});
}, 300_000);

it('one that does not start is stopped again and kept, and visitors stay where they are; so it is after Ctrl-C (R8.14)', async () => {
	const before = [await running(), await resting()];
	const starts = ['deploymentRedeploy', 'serviceInstanceDeployV2'];
	fault = ({ fields }) =>
		starts.some((field) => fields.includes(field)) ? { kind: 'error', message: 'Not Authorized' } : null;
	expect(await refused('rollback', '--redeploy')).toMatchObject({ message: expect.stringContaining('Not Authorized') });
	fault = () => null;
	expect([await running(), await resting()]).toEqual(before);

	const isBegun = watchStart();
	const typed = startPulseRailway(['rollback', '--redeploy', '--json'], { cwd: app.dir, env });
	await vi.waitFor(() => expect(isBegun()).toBe(true), { timeout: 20_000 });
	typed.interrupt();
	expect((await typed.ended).code).toBe(130);
	fault = () => null;
	expect([await running(), await resting()]).toEqual(before);
	expect(await visit()).toContain(bad);
}, 300_000);

it('where Railway does not start that deployment any more, its service is started from what it was made of (R8.14)', async () => {
	fault = (call) =>
		call.fields.includes('deploymentRedeploy')
			? { kind: 'error', message: 'Cannot redeploy without a snapshot' }
			: null;
	expect(await done('rollback', '--redeploy', good)).toMatchObject({ deployment_id: good, redeployed: true });
	fault = () => null;
	await stopped(bad);
}, 300_000);

it('of a command that was killed, the next one stops what it had started, and keeps it (R8.14)', async () => {
	const isBegun = watchStart();
	const typed = startPulseRailway(['rollback', '--redeploy', '--json'], { cwd: app.dir, env });
	await vi.waitFor(() => expect(isBegun()).toBe(true), { timeout: 20_000 });
	typed.kill();
	await typed.ended;
	fault = () => null;
	// Its lease lapses by itself, without a word: three seconds after the last time that it was renewed.
	await sleep(3_500);
	const third = await deploy();
	expect(await resting()).toEqual([bad]);
	expect(await running()).toEqual([third, good]);
}, 300_000);

it('one that is kept is deleted for good by its id, and beyond the newest by the janitor (R8.14, R9.14)', async () => {
	await vi.waitFor(
		async () => {
			await janitor();
			expect(await resting()).toContain(good);
		},
		{ timeout: 40_000, interval: 1_000 },
	);
	await done('delete', bad, '--yes');
	expect(await resting()).toEqual([good]);
	await janitor('0');
	expect(await resting()).toEqual([]);
	expect(await refused('rollback', '--redeploy')).toMatchObject({ next: expect.stringContaining('deploy it again') });
}, 300_000);
