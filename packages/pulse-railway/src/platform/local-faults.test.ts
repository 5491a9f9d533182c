import { systemClock } from 'pulse-deploy-kit/clock';
import { waitFor } from 'pulse-deploy-kit/wait';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ApiCall, Fault } from '../local.ts';
import { openAccount } from './open-account.ts';
import { openPlatform } from './open-platform.ts';
import { WRITES, type WriteName } from './repeatable.ts';
import { type LocalScope, startLocalScope } from './testing/local-scope.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const signal = new AbortController().signal;
let fault: (call: ApiCall) => Fault | null = () => null;
let stack: LocalScope;

beforeAll(async () => {
	stack = await startLocalScope((call) => fault(call));
});
afterEach(() => {
	fault = () => null;
});
afterAll(() => stack.close());

/** Writes of the second test; the first one does all the others. */
const ONCE_ONLY: readonly WriteName[] = ['projectCreate', 'templateDeployV2', 'projectDelete'];
/** A document of two other writes. */
const TOGETHER: WriteName = 'configureServices';

const FAULTS: readonly [string, Fault, 'once' | 'twice'][] = [
	['the connection breaks before', { kind: 'drop' }, 'once'],
	['the connection breaks after', { kind: 'drop-after' }, 'once'],
	['an outage comes twice', { kind: 'status', status: 503, body: 'busy' }, 'twice'],
	['a limit is hit twice', { kind: 'status', status: 429, body: '<html>' }, 'twice'],
	['it says no after doing it', { kind: 'error-after', message: 'Problem processing request' }, 'once'],
];

describe.each(FAULTS)('when %s', (title, hazard, times) => {
	const prefix = title.replaceAll(' ', '-');

	const met = new Map<WriteName, number>();

	/** The next call of the write meets the hazard, or the next two. */
	function meet(write: WriteName) {
		met.set(write, times === 'once' ? 1 : 2);
		fault = (call) => {
			const left = met.get(write) ?? 0;
			if (left === 0 || !call.fields.includes(write)) return null;
			met.set(write, left - 1);
			return hazard;
		};
	}

	function everyHazardWasMet(...writes: WriteName[]) {
		expect(writes.map((write) => [write, met.get(write)])).toEqual(writes.map((write) => [write, 0]));
	}

	test('every write still ends as if nothing had happened', async () => {
		meet('serviceCreate');
		const { serviceId } = await stack.platform.createService({ name: prefix, variables: { A: '1' } }, signal);
		meet('variableCollectionUpsert');
		await stack.platform.setVariables(serviceId, { B: '2', C: '3' }, signal);
		meet('variableDelete');
		await stack.platform.deleteVariable(serviceId, 'C', signal);
		meet('serviceInstanceUpdate');
		await stack.platform.updateInstance(serviceId, { numReplicas: 1, startCommand: 'node server.js' }, signal);
		meet('environmentPatchCommit');
		await stack.platform.setGroup(stack.groupId, [serviceId], signal);
		meet('serviceDomainCreate');
		const { domain } = await stack.platform.ensureDomain(serviceId, 8000, signal);
		meet('upload');
		const archive = await stack.sourceArchive(prefix);
		const upload = await stack.platform.upload(serviceId, archive, signal);
		expect(await stack.settled(upload.deploymentId)).toMatchObject({ status: 'SUCCESS' });
		meet('serviceInstanceDeployV2');
		const deploy = await stack.platform.deployService(serviceId, signal);
		expect(await stack.settled(deploy.deploymentId)).toMatchObject({ status: 'SUCCESS' });
		meet('deploymentRemove');
		await stack.platform.removeDeployment(deploy.deploymentId, signal);
		meet('deploymentRedeploy');
		const again = await stack.platform.redeploy(deploy.deploymentId, signal);
		expect(await stack.settled(again.deploymentId)).toMatchObject({ status: 'SUCCESS' });
		meet('projectTokenCreate');
		expect(
			await openAccount(stack.connect(await stack.platform.createProjectToken('t', signal))).tokenScope(signal),
		).toEqual(stack.scope);
		meet('projectTokenDelete');
		await stack.platform.deleteProjectTokens('t', signal);
		meet('variableCollectionUpsert');
		const settings = { numReplicas: 1, startCommand: 'node server.js' };
		await stack.platform.configure([{ serviceId, variables: { D: '4' }, settings }], signal);

		expect(await stack.serviceNames()).toEqual(['foo-janitor', 'foo-router', prefix].sort());
		expect(await stack.service(prefix)).toMatchObject({
			id: serviceId,
			groupId: stack.groupId,
			variables: { A: '1', B: '2', D: '4' },
			domains: [{ domain }],
			latestDeployment: { id: again.deploymentId },
		});

		meet('serviceDelete');
		await stack.platform.deleteService(serviceId, signal);
		expect(await stack.serviceNames()).toEqual(['foo-janitor', 'foo-router']);
		everyHazardWasMet(
			...(Object.keys(WRITES) as WriteName[]).filter((name) => ![...ONCE_ONLY, TOGETHER].includes(name)),
		);
	});

	test('a project and a template are made once', async () => {
		const account = openAccount(stack.connect(stack.local.accountToken));
		meet('projectCreate');
		const created = await account.createProject({ name: prefix, workspaceId: stack.local.workspaceId }, signal);
		const same = (await account.projects(null, signal)).filter((project) => project.name === prefix);
		expect(same.map((project) => project.id)).toEqual([created.project.id]);

		const own = openPlatform(stack.connect(stack.local.accountToken), {
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
		meet('projectDelete');
		await account.deleteProject(created.project.id, signal);
		expect((await account.projects(null, signal)).map(({ id }) => id)).not.toContain(created.project.id);
		everyHazardWasMet(...ONCE_ONLY);
	});
});
