import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { Browser } from '../../../pulse-app/src/testing/harness.ts';
import * as api from '../api.ts';
import type { ApiCall, Fault, LocalPlatform } from '../local.ts';
import { appFolder } from './testing/app-folder.ts';
import { type Ended, expecting, pulseRailway, startPulseRailway } from './testing/run.ts';
import { startPlatform } from './testing/shop.ts';

/** One stack lives through all commands; each test leaves it in order for the next. */
let app: Awaited<ReturnType<typeof appFolder>>;
let platform: LocalPlatform;
let env: Record<string, string>;
let address: string;
let fault: (call: ApiCall) => Fault | null = () => null;
/** The API requests of one command, each by its root fields. */
let asked: string[] = [];

beforeAll(async () => {
	app = await appFolder();
	const faults = (call: ApiCall) => {
		asked.push(call.fields.join(' '));
		return fault(call);
	};
	({ platform, env } = await startPlatform(app.dir, { behaviour: { faults } }));
	env.PULSE_RAILWAY_DEPLOY_LOCK_SECONDS = '3';
	await writeFile(join(app.dir, '.railwayignore'), '.platform\n');
	await writeFile(
		join(app.dir, 'broken.ts'),
		`${await source()}\nif (process.env.PULSE_DEPLOYMENT_ID) throw new Error('no database');\n`,
	);
}, 60_000);
afterAll(async () => {
	await platform?.close();
	await app?.dispose();
}, 60_000);

/** The app's folder becomes a repository. */
async function committed(): Promise<void> {
	const git = (...args: string[]) => promisify(execFile)('git', ['-C', app.dir, ...args]);
	await git('init', '--quiet');
	await git('add', 'app.ts');
	const who = ['-c', 'user.name=anna', '-c', 'user.email=anna@example.com', '-c', 'commit.gpgsign=false'];
	await git(...who, 'commit', '--quiet', '--message', 'a shop');
}

const source = async () => (await import('node:fs/promises')).readFile(join(app.dir, 'app.ts'), 'utf8');
const run = (...args: string[]): Promise<Ended> => {
	asked = [];
	return pulseRailway(args, { cwd: app.dir, env });
};
const { done, refused } = expecting(run);
const deploy = (...args: string[]) =>
	done<{ deployment_id: string }>('deploy', 'app.ts', ...args).then((it) => it.deployment_id);
const status = () =>
	done<{
		active_deployment: string;
		durable_active_deployment: string;
		deployments: { deployment_id: string; state: string }[];
	}>('status');
const states = async () =>
	Object.fromEntries((await status()).deployments.map(({ deployment_id, state }) => [deployment_id, state]));
const services = () =>
	platform.describe().environments.flatMap((one) => one.services.map(({ service_name }) => service_name));
const visit = async (query = '') => (await fetch(`${address}/${query}`)).text();

it('init that fails deletes the project that it made', async () => {
	fault = (call) =>
		call.fields.includes('serviceDomainCreate') ? { kind: 'error', message: 'No domains today' } : null;
	const error = await refused('init', 'app.ts', '--project-name', 'unlucky');
	fault = () => null;
	expect(error.message).toContain('No domains today');
	expect(platform.describe().environments).toEqual([]);
}, 60_000);

it('init that could not undo either is gone on with by the next one', async () => {
	let broken = false;
	fault = (call) => {
		broken ||= call.fields.includes('serviceDomainCreate');
		return broken ? { kind: 'error', message: 'Closed for today' } : null;
	};
	const error = await refused('init', 'app.ts', '--project-name', 'shop');
	fault = () => null;
	expect(error.message).toContain('Closed for today');
	expect(error.detail).toContain('Not undone:');
	expect(services()).toHaveLength(4);
}, 60_000);

it('init sets up a stack that answers, and again is refused (R5.6, R5.8)', async () => {
	const before = platform.describe().environments;
	const dry = await done<{ dry_run: boolean }>('init', 'app.ts', '--dry-run');
	expect(dry.dry_run).toBe(true);
	expect(platform.describe().environments).toEqual(before);

	// A janitor that comes while this runs would delete what is still looked at.
	const never = ['--janitor-cron-schedule', '0 0 29 2 *'];
	const made = await done<Record<string, string>>('init', 'app.ts', '--project-name', 'shop', ...never);
	address = made.server_address ?? '';
	Object.assign(env, { RAILWAY_PROJECT_ID: made.project_id, RAILWAY_ENVIRONMENT_ID: made.environment_id });
	expect(made).toMatchObject({
		internal_token_created: true,
		router: { status: 'SUCCESS', service_name: 'pulse-router' },
	});
	expect(Object.keys(made)).toEqual(
		'environment_id internal_token_created janitor project_id redis redis_url router server_address'.split(' '),
	);
	expect(Object.keys(made.janitor ?? {})).toEqual(
		'created deployed deployment_id domain image service_id service_name status'.split(' '),
	);
	expect((await fetch(`${address}/healthz`)).status).toBe(200);
	expect(platform.describe().environments).toHaveLength(1);
	expect((await refused('init', 'app.ts')).message).toBe(
		'baseline stack already exists: pulse-env, pulse-janitor, pulse-redis, pulse-router',
	);
}, 60_000);

it('upgrade of a stack in order writes nothing', async () => {
	expect(await done('upgrade', 'app.ts')).toMatchObject({ changed: false });
	expect(asked.filter((field) => /Upsert|Update|Deploy|Create/.test(field))).toEqual([]);
}, 60_000);

let first: string;
let second: string;

it('two deploys: new visitors get the second, whoever is on the first stays there (R7.17)', async () => {
	const made = await done<{ deployment_id: string }>('deploy', 'app.ts', '--env', 'GREETING=one');
	first = made.deployment_id;
	expect(await visit()).toBe(`${first} one`);
	// Polling aside: how often a deployment and its log are asked for depends on how long it takes.
	const requests = asked.filter((fields) => !/^(deployment|buildLogs|environmentLogs)$/.test(fields));
	expect(requests.length, requests.join()).toBeLessThanOrEqual(9);
	expect(Object.keys(made)).toEqual(
		(
			'backend_deployment_id backend_image backend_service_id backend_service_name backend_status build_warnings canary_percent deployment_id ' +
			'dockerfile_path janitor_deployment_id janitor_image janitor_service_id janitor_service_name janitor_status preview previous_deployment_id ' +
			'router_deployment_id router_domain router_image router_service_id router_service_name router_status ' +
			'server_address source_context'
		).split(' '),
	);
	expect(made).toMatchObject({ backend_service_name: first, backend_status: 'SUCCESS', router_deployment_id: null });

	await committed();
	second = await deploy('--env', 'GREETING=two', '--message', 'greet\u001b[2K with two');
	expect(await visit()).toBe(`${second} two`);
	expect(await visit(`?pulse_deployment=${first}`)).toBe(`${first} one`);
	expect(await states()).toEqual({ [first]: 'draining', [second]: 'active' });
}, 60_000);

it('status asks Railway three times at most, the last for what its services use', async () => {
	await status();
	expect(asked.length, asked.join()).toBeLessThanOrEqual(3);
}, 60_000);

it('logs shows what a deployment has written, and with --follow what it writes, until Ctrl-C', async () => {
	const { lines, service_name } = await done<{ lines: { at: string; message: string }[]; service_name: string }>(
		'logs',
	);
	expect(service_name).toBe(second);
	expect(lines.map(({ message }) => message).join('\n')).toMatch(/Listening on http/);
	expect((await run('logs', first, '--lines', '1')).stdout).toMatch(/^\d{4}-\d\d-\d\dT\S+Z {2}.+\n$/);
	expect(await done('logs', '--router', '--since', '1h')).toMatchObject({
		deployment_id: null,
		service_name: 'pulse-router',
	});
	expect((await refused('logs', 'nope')).message).toBe("deployment 'nope' not found");
	const following = startPulseRailway(['logs', '--follow', '--json'], { cwd: app.dir, env });
	await expect.poll(() => following.lines().length, { timeout: 20_000 }).toBeGreaterThan(0);
	following.interrupt();
	expect((await following.ended).code).toBe(130);
}, 60_000);

it('history tells who made what active, newest first, and what it was made of (R4.14)', async () => {
	const { entries } = await done<{ entries: Record<string, string | null>[] }>('history');
	expect(entries.slice(0, 2)).toMatchObject([
		{
			...{ event: 'activated', deployment_id: second, previous_deployment_id: first, reason: null, image: null },
			...{ message: 'greet\u001b[2K with two', commit: expect.stringMatching(/^[0-9a-f]{12}(-dirty)?$/) },
		},
		{ event: 'activated', deployment_id: first, previous_deployment_id: null },
	]);
	expect(entries[0]?.by).toMatch(/^\S+@\S+: pulse-railway deploy/);
	expect((await run('history', '--lines', '1')).stdout).toMatch(
		new RegExp(
			`^\\S+Z  activated  ${second} \\(before: ${first}\\)  \\S+@\\S+: pulse-railway deploy.*  greet with two, commit [0-9a-f]{12}`,
		),
	);
}, 60_000);

it('lock says that nobody holds it, and breaks nothing then', async () => {
	expect((await run('lock')).stdout).toBe('The deploy lock is free.\n');
	expect(await done('lock', '--break')).toMatchObject({ held: false, by: null, broken: false });
}, 60_000);

it('status --watch tells the router again and again, Railway now and then, and ends without an error at Ctrl-C', async () => {
	asked = [];
	const watching = startPulseRailway(['status', '--watch', '--json'], { cwd: app.dir, env });
	await vi.waitFor(() => expect(watching.lines().length).toBeGreaterThanOrEqual(3), 30_000);
	watching.interrupt();
	const { code, stderr } = await watching.ended;
	expect({ code, stderr }).toEqual({ code: 130, stderr: '' });
	expect(watching.lines().map((line) => JSON.parse(line).active_deployment)).toEqual(
		watching.lines().map(() => second),
	);
	// One of them tells the kind of token.
	expect(asked.length, asked.join()).toBeLessThanOrEqual(watching.lines().length);
}, 60_000);

it('rollback goes back, and forward again', async () => {
	expect(await done('rollback')).toMatchObject({ deployment_id: first, previous_deployment_id: second });
	expect(await visit()).toBe(`${first} one`);
	expect(await done('promote', second)).toMatchObject({ deployment_id: second });
	expect(await visit()).toBe(`${second} two`);
}, 60_000);

it('a deployment that fails to start is undone, and its log is shown', async () => {
	const before = services();
	const error = await refused('deploy', 'broken.ts');
	expect(error.message).toMatch(/^backend source build failed: (FAILED|CRASHED)$/);
	expect(error.detail).toContain('no database');
	expect(services()).toEqual(before);
	expect(await visit()).toBe(`${second} two`);
}, 60_000);

it('a lost answer to any write of a deploy is survived or undone', async () => {
	for (const field of ['serviceCreate', 'serviceInstanceUpdate', 'upload', 'variableCollectionUpsert']) {
		let broken = false;
		fault = (call) => {
			if (broken || !call.fields.includes(field)) return null;
			broken = true;
			return { kind: 'drop-after' };
		};
		const before = services();
		const ended = await run('deploy', 'app.ts', '--json', '--env', 'GREETING=two');
		fault = () => null;
		expect(broken, field).toBe(true);
		if (ended.code !== 0) expect(services(), `${field} ${ended.stderr}`).toEqual(before);
		else second = ended.json<{ deployment_id: string }>().deployment_id;
		const { active_deployment, durable_active_deployment } = await status();
		expect([active_deployment, durable_active_deployment], field).toEqual([second, second]);
	}
}, 120_000);

it('two deploys at once: the one that was begun later goes through, and the other before it or not at all, saying which went first', async () => {
	const [one, other] = await Promise.all([run('deploy', 'app.ts', '--json'), run('deploy', 'app.ts', '--json')]);
	for (const ended of [one, other].filter(({ code }) => code !== 0)) {
		expect(ended.json<{ error: { code: string; message: string } }>().error).toMatchObject({
			code: 'overtaken',
			message: expect.stringMatching(/^shop-.*, which was started after shop-.*, went first$/),
		});
	}
	const winners = [one, other]
		.filter(({ code }) => code === 0)
		.map((ended) => ended.json<{ deployment_id: string }>().deployment_id);
	expect(winners.length).toBeGreaterThan(0);
	const { active_deployment, durable_active_deployment } = await status();
	expect(winners).toContain(active_deployment);
	expect(durable_active_deployment).toBe(active_deployment);
	second = active_deployment;
}, 60_000);

it('redeploy starts the active deployment anew', async () => {
	expect(await done('redeploy')).toMatchObject({ deployment_id: second, backend_status: 'SUCCESS' });
}, 60_000);

it('recall rolls the active deployment back and gets everybody off it, again with another time, and is taken back (R8.6)', async () => {
	const row = async () => (await status()).deployments.find(({ deployment_id }) => deployment_id === second);
	expect((await refused('recall', second)).message).toContain('nothing was changed');
	expect(await visit()).toContain(second);
	const browser = new Browser(address);
	const { auth } = (await browser.open()).socketio;
	const safely = { ...auth, __pulse_page_instance_id: 'p', __pulse_safe_reload: 1 };
	const page = await browser.connect({ auth: safely }).ready();
	const made = await done<Record<string, unknown>>('recall', second, '--yes');
	expect(made).toMatchObject({ deployment_id: second, recalled: true, rolled_back: true, deleted: false });
	const active = String(made.active_deployment_id);
	expect(await visit()).toContain(active);
	expect(await visit(`?pulse_deployment=${second}`)).toContain(second);
	expect(await row()).toMatchObject({ state: 'draining', recalled: true, leave_by: made.leave_by });
	expect((await run('status')).stdout).toMatch(/recalled, .* left, gone by \d\d:\d\d/);

	expect(await done('recall', second, '--yes')).toMatchObject({ leave_by: made.leave_by, rolled_back: false });
	const later = await done<{ leave_by: number }>('recall', second, '--within', '1h', '--yes');
	expect(later.leave_by).toBeGreaterThan(Number(made.leave_by) + 2_000);
	expect(await done('recall', second, '--cancel', '--yes')).toMatchObject({ recalled: false, leave_by: null });
	expect(await row()).toMatchObject({ recalled: false, leave_by: null });
	// Its page was told each time, and in the end that it may stay.
	// More often where an answer was lost: a command asks again then.
	const told = () => page.heard.flatMap(({ type }) => (type === 'reload' || type === 'stay' ? [type] : []));
	await expect.poll(() => told().join(' ')).toMatch(/^(reload ){3,}stay$/);
	page.socket.disconnect();
}, 60_000);

it('drain says by when, refuses a time that is past, and a promotion takes it back (R8.7)', async () => {
	expect((await refused('drain', second)).message).toBe('it is not said by when');
	expect((await refused('drain', second, '--by', '2001-01-01T00:00Z')).message).toContain('is past: it is');
	const { plan } = await done<{ plan: { facts: string[] } }>('drain', second, '--by', '2h', '--dry-run');
	expect(plan.facts[0]).toMatch(/by (\d{4}-\d\d-\d\d )?\d\d:\d\d \(.+\) at the latest$/);
	const made = await done<{ leave_by: number }>('drain', second, '--by', '2h', '--yes');
	expect(Math.abs(made.leave_by - Date.now() / 1000 - 7_200)).toBeLessThan(60);
	expect((await run('status')).stdout).toMatch(/drains, .* left, gone by/);
	const back = await done<{ plan: { facts: string[] } }>('promote', second, '--dry-run');
	expect(back.plan.facts).toContain(`${second} was to be left: that is taken back`);
	expect(await done('promote', second)).toMatchObject({ deployment_id: second });
	expect((await refused('drain', second, '--by', '2h')).message).toContain('is the active one');
}, 60_000);

it('delete refuses the active deployment, asks for a yes, and then leaves nothing', async () => {
	expect((await refused('delete', second, '--yes')).message).toBe(`deployment '${second}' is the active one`);
	expect((await refused('delete', first)).message).toContain('nothing was changed');
	// Plain streams are no render sessions, and end with it all the same (decision 21).
	const cut = new AbortController();
	for (let stream = 0; stream < 2; stream++) {
		const answer = await fetch(`${address}/stream?pulse_deployment=${first}`, { signal: cut.signal });
		expect(String.fromCharCode(...(await answer.body!.getReader().read()).value!)).toBe('begun');
	}
	await expect
		.poll(async () => (await status()).deployments.find(({ deployment_id }) => deployment_id === first))
		.toMatchObject({ requests_in_flight: 2 });
	const asked = await run('delete', first);
	expect([asked.code, asked.stderr]).toEqual([1, expect.stringContaining('0 live sessions and 2 requests in flight')]);
	expect((await run('status')).stdout).toMatch(/SOCKETS +IN FLIGHT/);
	cut.abort();
	expect(services()).toContain(first);
	expect(await done('delete', first, '--yes')).toEqual({ deployment_id: first, deleted: true });
	expect(services()).not.toContain(first);
	expect(await states()).not.toHaveProperty(first);
	expect((await fetch(`${address}/?pulse_deployment=${first}`)).status).toBe(409);
}, 60_000);

it('remove finds by the name that ids were made from', async () => {
	expect((await refused('remove', 'sho', '--yes')).message).toBe("deployment 'sho' not found");
	const preview = await deploy('--deployment-name', 'preview');
	await done('rollback');
	expect(await done('remove', 'preview', '--yes')).toEqual({ deployment_id: preview, deleted: true });
	expect(services()).not.toContain(preview);
}, 60_000);

it('scripts call the same commands as functions, in camel case', async () => {
	const context = { env: { ...env, PATH: process.env.PATH }, cwd: app.dir };
	const { deploymentId, serverAddress } = await api.deploy({ appFile: 'app.ts', env: ['GREETING=api'] }, context);
	expect(serverAddress).toBe(address);
	expect(await visit()).toBe(`${deploymentId} api`);
	const { activeDeployment, deployments } = await api.status({}, context);
	expect([activeDeployment, deployments[0]?.deploymentId]).toEqual([deploymentId, deploymentId]);
	expect(await api.rollback({}, context)).toMatchObject({ previousDeploymentId: deploymentId });
	// An id as a script may have it, read as the command line reads it.
	const typed = ` ${deploymentId.toUpperCase()}`;
	const recalled = await api.recall({ deploymentId, within: '2m' }, context);
	expect(recalled).toMatchObject({ deploymentId, recalled: true, rolledBack: false });
	expect(await api.drain({ deploymentId, cancel: true }, context)).toMatchObject({ recalled: false, leaveBy: null });
	expect(await api.deleteDeployment({ deploymentId: typed }, context)).toEqual({ deploymentId, deleted: true });
}, 60_000);

it('upgrade replaces the router without losing a request', async () => {
	let failed = 0;
	let over = false;
	const visitors = (async () => {
		while (!over) {
			const ok = await visit().then(
				(text) => text.startsWith('shop-'),
				() => false,
			);
			if (!ok) failed++;
		}
	})();
	expect(await done('upgrade', 'app.ts', '--router-replicas', '2')).toMatchObject({ changed: true });
	over = true;
	await visitors;
	expect(failed).toBe(0);
}, 90_000);
