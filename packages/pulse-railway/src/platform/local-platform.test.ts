// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to variables of Railway look like this
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openAccount } from './open-account.ts';
import { openPlatform } from './open-platform.ts';
import { type LocalScope, startLocalScope } from './testing/local-scope.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const signal = new AbortController().signal;
let stack: LocalScope;

beforeAll(async () => {
	stack = await startLocalScope(() => null);
});
afterAll(() => stack.close());

describe('an account token', () => {
	test('has no scope, and sees workspaces, projects and environments to the last page', async () => {
		const account = openAccount(stack.connect(stack.local.accountToken));
		expect(await account.tokenScope(signal)).toBeNull();
		expect((await account.workspaces(signal)).map((workspace) => workspace.id)).toEqual([stack.local.workspaceId]);
		for (const name of ['one', 'two'])
			await account.createProject({ name, workspaceId: stack.local.workspaceId }, signal);
		const projects = await account.projects(stack.local.workspaceId, signal);
		expect(projects.map((project) => project.name)).toEqual(expect.arrayContaining(['shop', 'one', 'two']));
		expect(projects[0]?.description).toMatch(/^Created by pulse-railway init/);
		expect(await account.environments(stack.scope.project.id, signal)).toEqual([stack.scope.environment]);
	});

	test('of a workspace can do the same', async () => {
		const account = openAccount(stack.connect(stack.local.workspaceToken));
		expect((await account.workspaces(signal)).map((workspace) => workspace.id)).toEqual([stack.local.workspaceId]);
		expect((await account.projects(null, signal)).length).toBeGreaterThan(0);
	});

	test('that is wrong is told so', async () => {
		const stranger = openPlatform(stack.connect('no-such-token'), stack.target);
		await expect(stranger.observe(signal)).rejects.toMatchObject({ kind: 'unauthorized' });
	});
});

test('a minted project token knows its scope and works there, but mints no other', async () => {
	const connection = stack.connect(await stack.platform.createProjectToken('janitor', signal));
	const account = openAccount(connection);
	expect(await account.tokenScope(signal)).toEqual(stack.scope);
	expect((await account.projects(null, signal)).map((project) => project.id)).toEqual([stack.scope.project.id]);
	const confined = openPlatform(connection, stack.target);
	expect((await confined.observe(signal)).environment).toEqual(stack.scope.environment);
	await expect(confined.createProjectToken('x', signal)).rejects.toMatchObject({ kind: 'unauthorized' });
});

test('variables, settings, groups and domains are read back as they were written', async () => {
	const { serviceId } = await stack.platform.createService(
		{ name: 'written', variables: { PULSE_DEPLOYMENT_ID: 'w-1' } },
		signal,
	);
	await stack.platform.setVariables(serviceId, { REF: '${{shared.FLAG}}', EMPTY: '', GONE: 'x' }, signal);
	await stack.platform.setVariables(null, { FLAG: 'on', OLD: 'x' }, signal);
	await stack.platform.deleteVariable(serviceId, 'GONE', signal);
	await stack.platform.deleteVariable(null, 'OLD', signal);
	await stack.platform.deleteVariable(null, 'OLD', signal);
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
	await stack.platform.updateInstance(serviceId, settings, signal);
	await stack.platform.setGroup(stack.groupId, [serviceId], signal);
	const { domain } = await stack.platform.ensureDomain(serviceId, 8000, signal);
	expect(await stack.platform.ensureDomain(serviceId, 8000, signal)).toEqual({ domain });

	const { sharedVariables } = await stack.platform.observe(signal);
	expect(sharedVariables).toMatchObject({ FLAG: 'on' });
	expect(sharedVariables).not.toHaveProperty('OLD');
	expect(await stack.service('written')).toMatchObject({
		id: serviceId,
		groupId: stack.groupId,
		variables: { PULSE_DEPLOYMENT_ID: 'w-1', REF: '${{shared.FLAG}}', EMPTY: '' },
		settings,
		domains: [{ domain, targetPort: 8000, custom: false }],
		latestDeployment: null,
	});
	expect((await stack.service('written'))?.variables).not.toHaveProperty('GONE');
	await stack.platform.updateInstance(serviceId, { numReplicas: 1, cronSchedule: '*/5 * * * *' }, signal);
	expect((await stack.service('written'))?.settings).toMatchObject({ numReplicas: 1, cronSchedule: '*/5 * * * *' });
	await stack.platform.deleteService(serviceId, signal);
});

test('what an operator scaled over regions is read, and stays through a change of other settings', async () => {
	const { serviceId } = await stack.platform.createService({ name: 'scaled' }, signal);
	await stack.platform.updateInstance(serviceId, { numReplicas: 2 }, signal);
	expect((await stack.service('scaled'))?.settings).toMatchObject({ numReplicas: 2, regions: { local: 2 } });
	const regions = { 'us-west2': 2, 'europe-west4': 1, local: 2 };
	await stack.platform.updateInstance(serviceId, { numReplicas: 5, regions }, signal);
	await stack.platform.updateInstance(serviceId, { numReplicas: 5, overlapSeconds: 3 }, signal);
	expect((await stack.service('scaled'))?.settings).toMatchObject({ numReplicas: 5, regions, overlapSeconds: 3 });
	await stack.platform.deleteService(serviceId, signal);
});

test('a name that is taken is a conflict, a service that is gone is gone', async () => {
	const { serviceId } = await stack.platform.createService({ name: 'taken' }, signal);
	await expect(stack.platform.createService({ name: 'taken' }, signal)).rejects.toMatchObject({ kind: 'conflict' });
	await stack.platform.deleteService(serviceId, signal);
	await stack.platform.deleteService(serviceId, signal);
	expect(await stack.service('taken')).toBeUndefined();
	await stack.platform.deleteService((await stack.platform.createService({ name: 'taken' }, signal)).serviceId, signal);
});

test('an uploaded source is built, runs, logs and answers at its domain', async () => {
	const { serviceId } = await stack.platform.createService({ name: 'uploaded' }, signal);
	await stack.platform.updateInstance(
		serviceId,
		{ numReplicas: 1, startCommand: 'node server.js', healthcheckPath: '/' },
		signal,
	);
	const { domain } = await stack.platform.ensureDomain(serviceId, 8000, signal);
	const archive = await stack.sourceArchive('uploaded');
	let sent = 0;
	const { deploymentId } = await stack.platform.upload(serviceId, archive, signal, (bytes) => {
		sent = bytes;
	});
	expect(sent).toBe(archive.bytes);
	expect(await stack.settled(deploymentId)).toMatchObject({ status: 'SUCCESS' });
	expect(await (await fetch(`http://${domain}/`)).text()).toBe('uploaded');
	expect((await stack.service('uploaded'))?.latestDeployment).toMatchObject({ id: deploymentId, status: 'SUCCESS' });
	expect((await stack.platform.buildLogs(deploymentId, 50, signal)).length).toBeGreaterThan(0);
	expect((await stack.platform.deploymentLogs(deploymentId, 50, signal)).map((line) => line.message)).toContain('up');

	const again = await stack.platform.deployService(serviceId, signal);
	expect(again.deploymentId).not.toBe(deploymentId);
	expect(await stack.settled(again.deploymentId)).toMatchObject({ status: 'SUCCESS' });
	await stack.platform.deleteService(serviceId, signal);
});

test('where buildLogs is retired a build still shows its log, and a failure its reason', async () => {
	const retired = await startLocalScope(() => null, { buildLogsRetired: true });
	try {
		const { platform } = retired;
		const { serviceId } = await platform.createService({ name: 'failing' }, signal);
		await platform.updateInstance(serviceId, { numReplicas: 1, startCommand: 'exit 3', healthcheckPath: '/' }, signal);
		const { deploymentId } = await platform.upload(serviceId, await retired.sourceArchive('failing'), signal);
		expect((await retired.settled(deploymentId)).status).toBe('CRASHED');
		expect((await platform.buildLogs(deploymentId, 50, signal)).length).toBeGreaterThan(0);
		expect(await platform.failureReason(deploymentId, signal)).toContain('the process ended with');
	} finally {
		await retired.close();
	}
});

test('an unknown deployment is not found', async () => {
	// On a connection that wrote nothing, so that there is nothing to wait for.
	const platform = openPlatform(stack.connect(stack.local.accountToken), stack.target);
	await expect(platform.deployment('no-such-deployment', signal)).rejects.toMatchObject({ kind: 'not-found' });
});

test('the baseline template is deployed under given names, without what is left out', async () => {
	const { services } = await stack.platform.observe(signal);
	expect(services.map((entry) => entry.name)).toEqual(expect.arrayContaining(['foo-router', 'foo-janitor']));
	expect(services.map((entry) => entry.name)).not.toContain('foo-redis');
	expect(stack.groupId).not.toBe('none');
	expect(JSON.stringify(services)).not.toContain('${{pulse-redis');
});

test.each([null, '', '*****'])(
	'a configuration that hides values (%j) changes nothing of what is read',
	async (configMask) => {
		const hidden = await startLocalScope(() => null, { configMask });
		try {
			const { platform } = hidden;
			const variables = { PULSE_DEPLOYMENT_ID: 'w-1', EMPTY: '', REF: '${{shared.FLAG}}' };
			const { serviceId } = await platform.createService({ name: 'written', variables }, signal);
			await platform.updateInstance(serviceId, { numReplicas: 2 }, signal);
			await platform.setGroup(hidden.groupId, [serviceId], signal);
			await platform.setVariables(null, { PULSE_ACTIVE_DEPLOYMENT: 'w-1' }, signal);
			expect((await platform.observe(signal)).sharedVariables).toEqual({ PULSE_ACTIVE_DEPLOYMENT: 'w-1' });
			expect(await hidden.service('written')).toMatchObject({
				variables,
				groupId: hidden.groupId,
				settings: { numReplicas: 2 },
			});
		} finally {
			await hidden.close();
		}
	},
);
