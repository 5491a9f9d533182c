// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to variables of Railway look like this
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from 'pulse-deploy-kit/clock';
import { Secret } from 'pulse-deploy-kit/secret';
import { waitFor } from 'pulse-deploy-kit/wait';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { processEnvironment } from '../config/process-env.ts';
import { type ApiCall, type Fault, type LocalPlatform, startLocalPlatform } from '../local/index.ts';
import { listFiles } from '../source/list-files.ts';
import { pack } from '../source/pack.ts';
import { type Connection, openConnection } from './connection.ts';
import { openAccount } from './open-account.ts';
import { openPlatform } from './open-platform.ts';
import type { ObservedService, Platform, TokenScope } from './port.ts';
import { WRITES } from './repeatable.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const signal = new AbortController().signal;
const connections: Connection[] = [];
const carriedOut = new Set<string>();
let fault: (call: ApiCall) => Fault | null = () => null;
let directory: string;
let local: LocalPlatform;
let scope: TokenScope;
let platform: Platform;
let groupId: string;

beforeAll(async () => {
	directory = await mkdtemp(join(tmpdir(), 'pulse-contract-'));
	local = await startLocalPlatform({
		dir: join(directory, 'state'),
		env: processEnvironment(),
		redis: 'sqlite',
		behaviour: {
			pageSize: 2,
			edgeLimit: 1,
			// The clock of these tests hurries through every pause, so also through those that a limit asks for.
			rateLimit: { perHour: 1_000_000, perSecond: 10_000 },
			faults: (call) => {
				for (const field of call.fields) carriedOut.add(field);
				return fault(call);
			},
		},
	});
	scope = await openAccount(connect(local.accountToken)).createProject(
		{ name: 'shop', workspaceId: local.workspaceId },
		signal,
	);
	platform = openPlatform(connect(local.accountToken), target());
	const names = { 'pulse-router': 'foo-router', 'pulse-janitor': 'foo-janitor', 'pulse-redis': 'foo-redis' };
	await platform.deployTemplate('pulse-baseline', names, ['pulse-redis'], signal);
	groupId = (await service('foo-router'))?.groupId ?? 'none';
});

afterEach(() => {
	fault = () => null;
});

afterAll(async () => {
	for (const connection of connections) await connection.close();
	await local.close();
	await rm(directory, { recursive: true });
});

function connect(token: string): Connection {
	const connection = openConnection({
		token: new Secret(token),
		endpoint: new URL(local.apiUrl),
		clock: { now: Date.now, sleep: (ms, aborted) => systemClock.sleep(Math.min(ms, 30), aborted) },
	});
	connections.push(connection);
	return connection;
}

function target() {
	return { projectId: scope.project.id, environmentId: scope.environment.id };
}

async function service(name: string): Promise<ObservedService | undefined> {
	return (await platform.observe(signal)).services.find((candidate) => candidate.name === name);
}

async function names(): Promise<string[]> {
	return (await platform.observe(signal)).services.map((entry) => entry.name).sort();
}

async function settled(deploymentId: string) {
	return waitFor({
		what: `deployment ${deploymentId}`,
		budgetMs: 30_000,
		intervalsMs: [50],
		clock: systemClock,
		signal,
		check: async () => {
			const deployment = await platform.deployment(deploymentId, signal);
			return ['SUCCESS', 'FAILED', 'CRASHED'].includes(deployment.status) ? deployment : undefined;
		},
	});
}

async function sourceArchive(name: string, answer: string) {
	const context = join(directory, name);
	await mkdir(context);
	await writeFile(
		join(context, 'server.js'),
		`console.log('up'); require('http').createServer((q, r) => r.end('${answer}')).listen(process.env.PORT);`,
	);
	return pack(await listFiles(context, { gitignore: true }, signal), signal);
}

describe('an account token', () => {
	test('has no scope, and sees workspaces, projects and environments to the last page', async () => {
		const account = openAccount(connect(local.accountToken));
		expect(await account.tokenScope(signal)).toBeNull();
		expect((await account.workspaces(signal)).map((workspace) => workspace.id)).toEqual([local.workspaceId]);
		for (const name of ['one', 'two']) await account.createProject({ name, workspaceId: local.workspaceId }, signal);
		const projects = await account.projects(local.workspaceId, signal);
		expect(projects.map((project) => project.name)).toEqual(expect.arrayContaining(['shop', 'one', 'two']));
		expect(projects[0]?.description).toMatch(/^Created by pulse-railway init/);
		expect(await account.environments(scope.project.id, signal)).toEqual([scope.environment]);
	});

	test('of a workspace can do the same', async () => {
		const account = openAccount(connect(local.workspaceToken));
		expect((await account.workspaces(signal)).map((workspace) => workspace.id)).toEqual([local.workspaceId]);
		expect((await account.projects(null, signal)).length).toBeGreaterThan(0);
	});

	test('that is wrong is told so', async () => {
		const stranger = openPlatform(connect('no-such-token'), target());
		await expect(stranger.observe(signal)).rejects.toMatchObject({ kind: 'unauthorized' });
	});
});

test('a minted project token knows its scope and works there, but mints no other', async () => {
	const connection = connect(await platform.createProjectToken('janitor', signal));
	const account = openAccount(connection);
	expect(await account.tokenScope(signal)).toEqual(scope);
	expect((await account.projects(null, signal)).map((project) => project.id)).toEqual([scope.project.id]);
	const confined = openPlatform(connection, target());
	expect((await confined.observe(signal)).environment).toEqual(scope.environment);
	await expect(confined.createProjectToken('x', signal)).rejects.toMatchObject({ kind: 'unauthorized' });
});

test('variables, settings, groups and domains are read back as they were written', async () => {
	const { serviceId } = await platform.createService(
		{ name: 'written', variables: { PULSE_DEPLOYMENT_ID: 'w-1' } },
		signal,
	);
	await platform.setVariables(serviceId, { REF: '${{shared.FLAG}}', EMPTY: '', GONE: 'x' }, signal);
	await platform.setVariables(null, { FLAG: 'on', OLD: 'x' }, signal);
	await platform.deleteVariable(serviceId, 'GONE', signal);
	await platform.deleteVariable(null, 'OLD', signal);
	await platform.deleteVariable(null, 'OLD', signal);
	const settings = {
		numReplicas: 2,
		startCommand: 'node server.js',
		healthcheckPath: '/',
		healthcheckTimeout: 60,
		overlapSeconds: 1,
		drainingSeconds: 2,
		restartPolicyType: 'NEVER',
		dockerfilePath: 'app/Dockerfile',
	} as const;
	await platform.updateInstance(serviceId, settings, signal);
	await platform.setGroup(groupId, [serviceId], signal);
	const { domain } = await platform.ensureDomain(serviceId, 8000, signal);
	expect(await platform.ensureDomain(serviceId, 8000, signal)).toEqual({ domain });

	const { sharedVariables } = await platform.observe(signal);
	expect(sharedVariables).toMatchObject({ FLAG: 'on' });
	expect(sharedVariables).not.toHaveProperty('OLD');
	expect(await service('written')).toMatchObject({
		id: serviceId,
		groupId,
		variables: { PULSE_DEPLOYMENT_ID: 'w-1', REF: '${{shared.FLAG}}', EMPTY: '' },
		settings,
		domains: [{ domain, targetPort: 8000, custom: false }],
		latestDeployment: null,
	});
	expect((await service('written'))?.variables).not.toHaveProperty('GONE');
	await platform.updateInstance(serviceId, { numReplicas: 1, cronSchedule: '*/5 * * * *' }, signal);
	expect((await service('written'))?.settings).toMatchObject({ numReplicas: 1, cronSchedule: '*/5 * * * *' });
	await platform.deleteService(serviceId, signal);
});

test('a name that is taken is a conflict, a service that is gone is gone', async () => {
	const { serviceId } = await platform.createService({ name: 'taken' }, signal);
	await expect(platform.createService({ name: 'taken' }, signal)).rejects.toMatchObject({ kind: 'conflict' });
	await platform.deleteService(serviceId, signal);
	await platform.deleteService(serviceId, signal);
	expect(await service('taken')).toBeUndefined();
	await platform.deleteService((await platform.createService({ name: 'taken' }, signal)).serviceId, signal);
});

test('an uploaded source is built, runs, logs and answers at its domain', async () => {
	const { serviceId } = await platform.createService({ name: 'uploaded' }, signal);
	await platform.updateInstance(
		serviceId,
		{ numReplicas: 1, startCommand: 'node server.js', healthcheckPath: '/' },
		signal,
	);
	const { domain } = await platform.ensureDomain(serviceId, 8000, signal);
	const archive = await sourceArchive('uploaded', 'hello');
	let sent = 0;
	const { deploymentId } = await platform.upload(serviceId, archive, signal, (bytes) => {
		sent = bytes;
	});
	expect(sent).toBe(archive.bytes);
	expect(await settled(deploymentId)).toMatchObject({ status: 'SUCCESS' });
	expect(await (await fetch(`http://${domain}/`)).text()).toBe('hello');
	expect((await service('uploaded'))?.latestDeployment).toMatchObject({ id: deploymentId, status: 'SUCCESS' });
	expect((await platform.buildLogs(deploymentId, 50, signal)).length).toBeGreaterThan(0);
	expect((await platform.deploymentLogs(deploymentId, 50, signal)).map((line) => line.message)).toContain('up');

	const again = await platform.deployService(serviceId, signal);
	expect(again.deploymentId).not.toBe(deploymentId);
	expect(await settled(again.deploymentId)).toMatchObject({ status: 'SUCCESS' });
	await platform.deleteService(serviceId, signal);
	await archive.dispose();
});

test('an unknown deployment is not found', async () => {
	await expect(platform.deployment('no-such-deployment', signal)).rejects.toMatchObject({ kind: 'not-found' });
});

test('the baseline template is deployed under given names, without what is left out', async () => {
	const { services } = await platform.observe(signal);
	expect(services.map((entry) => entry.name)).toEqual(expect.arrayContaining(['foo-router', 'foo-janitor']));
	expect(services.map((entry) => entry.name)).not.toContain('foo-redis');
	expect(groupId).not.toBe('none');
	expect(JSON.stringify(services)).not.toContain('${{pulse-redis');
});

const FAULTS: readonly [string, Fault, 'once' | 'twice'][] = [
	['the connection breaks before', { kind: 'drop' }, 'once'],
	['the connection breaks after', { kind: 'drop-after' }, 'once'],
	['an outage comes twice', { kind: 'status', status: 503, body: 'busy' }, 'twice'],
	['a limit is hit twice', { kind: 'status', status: 429, body: '<html>' }, 'twice'],
	['it says no after doing it', { kind: 'error-after', message: 'Problem processing request' }, 'once'],
];

describe.each(FAULTS)('when %s', (title, hazard, times) => {
	const prefix = title.replaceAll(' ', '-');

	/** The next `times` calls of the write meet the hazard. */
	function meet(field: string) {
		let left = times === 'once' ? 1 : 2;
		fault = (call) => (call.fields.includes(field) && left-- > 0 ? hazard : null);
	}

	test('every write still ends as if nothing had happened', async () => {
		meet('serviceCreate');
		const { serviceId } = await platform.createService({ name: prefix, variables: { A: '1' } }, signal);
		meet('variableCollectionUpsert');
		await platform.setVariables(serviceId, { B: '2', C: '3' }, signal);
		meet('variableDelete');
		await platform.deleteVariable(serviceId, 'C', signal);
		meet('serviceInstanceUpdate');
		await platform.updateInstance(serviceId, { numReplicas: 1, startCommand: 'node server.js' }, signal);
		meet('environmentPatchCommit');
		await platform.setGroup(groupId, [serviceId], signal);
		meet('serviceDomainCreate');
		const { domain } = await platform.ensureDomain(serviceId, 8000, signal);
		meet('upload');
		const archive = await sourceArchive(prefix, prefix);
		const upload = await platform.upload(serviceId, archive, signal);
		expect(await settled(upload.deploymentId)).toMatchObject({ status: 'SUCCESS' });
		meet('serviceInstanceDeployV2');
		const deploy = await platform.deployService(serviceId, signal);
		expect(await settled(deploy.deploymentId)).toMatchObject({ status: 'SUCCESS' });
		meet('projectTokenCreate');
		expect(await openAccount(connect(await platform.createProjectToken('t', signal))).tokenScope(signal)).toEqual(
			scope,
		);

		expect(await names()).toEqual(['foo-janitor', 'foo-router', prefix].sort());
		expect(await service(prefix)).toMatchObject({
			id: serviceId,
			groupId,
			variables: { A: '1', B: '2' },
			domains: [{ domain }],
			latestDeployment: { id: deploy.deploymentId },
		});

		meet('serviceDelete');
		await platform.deleteService(serviceId, signal);
		expect(await names()).toEqual(['foo-janitor', 'foo-router']);
		await archive.dispose();
	});

	test('a project and a template are made once', async () => {
		const account = openAccount(connect(local.accountToken));
		meet('projectCreate');
		const created = await account.createProject({ name: prefix, workspaceId: local.workspaceId }, signal);
		const same = (await account.projects(null, signal)).filter((project) => project.name === prefix);
		expect(same.map((project) => project.id)).toEqual([created.project.id]);

		const own = openPlatform(connect(local.accountToken), {
			projectId: created.project.id,
			environmentId: created.environment.id,
		});
		meet('templateDeployV2');
		await own.deployTemplate('pulse-baseline', { 'pulse-router': 'r', 'pulse-janitor': 'j' }, ['pulse-redis'], signal);
		const observed = await waitFor({
			what: 'the services of the template',
			budgetMs: 30_000,
			intervalsMs: [50],
			clock: systemClock,
			signal,
			check: async () => {
				const found = (await own.observe(signal)).services.map((entry) => entry.name).sort();
				return found.length >= 2 ? found : undefined;
			},
		});
		expect(observed).toEqual(['j', 'r']);
	});
});

test('every write was carried out here at least once', () => {
	expect(Object.keys(WRITES).filter((name) => !carriedOut.has(name))).toEqual([]);
});
