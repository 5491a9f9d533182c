import { expect } from 'vitest';
import * as api from '../../../packages/pulse-railway/src/api.ts';
import { prepareInit } from './init-scenario.ts';
import type { Lane, Stack } from './lane.ts';
import { type Attempt, deployArguments, deployed, done, idle, inStack, type Scenario } from './scenario.ts';

/** Commands, each with what must be true of it however it was broken. */
export const SCENARIOS: readonly Scenario[] = [
	{ name: 'deploy (source)', prepare: (lane, stack) => deploy(lane, stack, 'source') },
	{ name: 'deploy (image)', prepare: (lane, stack) => deploy(lane, stack, 'image') },
	{ name: 'deploy (the first)', sparse: true, prepare: firstDeploy },
	{ name: 'deploy (preview)', sparse: true, prepare: preview },
	{ name: 'rollback', prepare: rollback },
	{ name: 'rollback --redeploy', prepare: rollbackRedeploy },
	{ name: 'delete', prepare: remove },
	{ name: 'janitor run', prepare: janitorRun },
	{ name: 'upgrade', prepare: upgrade },
	{ name: 'init (new project)', prepare: (lane) => prepareInit(lane, 'new') },
	{ name: 'init (existing project)', sparse: true, prepare: (lane) => prepareInit(lane, 'existing') },
];

/** What only an upgrade replaces, and Redis not even that. */
const STANDING = ['pulse-redis', 'pulse-router'];

async function deploy(lane: Lane, stack: Stack, mode: 'source' | 'image'): Promise<Attempt> {
	await keepOnly(lane, stack, 1);
	const { activeId: before } = await stack.store.snapshot();
	return {
		args: deployArguments(mode),
		env: inStack(stack),
		mayAnswer: [before ?? ''],
		untouched: [before ?? '', ...STANDING],
		async check(ended) {
			const { deployment_id } = JSON.parse(done(ended).stdout);
			expect((await stack.store.snapshot()).activeId).toBe(deployment_id);
			expect(await (await fetch(stack.address)).text()).toMatch(new RegExp(`^${deployment_id} `));
			// Visitors of the one before stay there.
			const pinned = await fetch(`${stack.address}/?pulse_deployment=${before}`);
			expect(await pinned.text()).toMatch(new RegExp(`^${before} `));
		},
	};
}

let first = 0;

/** Of a stack of its own, where nothing is active yet. */
async function firstDeploy(lane: Lane): Promise<Attempt> {
	const project = `first-${++first}`;
	const stack = await lane.init(project);
	return {
		args: deployArguments('source'),
		env: inStack(stack),
		mayAnswer: [],
		untouched: STANDING,
		stack,
		async check(ended) {
			const { deployment_id } = JSON.parse(done(ended).stdout);
			expect((await stack.store.snapshot()).activeId).toBe(deployment_id);
			expect(await (await fetch(stack.address)).text()).toMatch(new RegExp(`^${deployment_id} `));
		},
		async dispose() {
			await stack.store.close();
			await lane.deleteProject(stack.projectId);
		},
	};
}

/** No visitor meets it: its id is none of those that may answer. */
async function preview(lane: Lane, stack: Stack): Promise<Attempt> {
	await keepOnly(lane, stack, 1);
	const { activeId: before } = await stack.store.snapshot();
	const previews = async () =>
		(await stack.store.snapshot()).deployments.filter((one) => one.preview !== undefined).map(({ id }) => id);
	return {
		args: deployArguments('source', '--preview', 'pr-12'),
		env: inStack(stack),
		mayAnswer: [before ?? ''],
		untouched: [before ?? '', ...STANDING],
		async check(ended) {
			const { deployment_id, preview } = JSON.parse(done(ended).stdout);
			expect((await stack.store.snapshot()).activeId).toBe(before);
			expect(await (await fetch(preview.address)).text()).toMatch(new RegExp(`^${deployment_id} `));
			const { deployments } = await stack.store.snapshot();
			const lasting = deployments.filter((one) => (one.preview?.until ?? 0) > Date.now());
			expect(lasting.map(({ id }) => id)).toEqual([deployment_id]);
		},
		async dispose() {
			for (const deploymentId of await previews())
				await api.deleteDeployment({ deploymentId }, { env: lane.env(inStack(stack)), cwd: lane.app });
		},
	};
}

async function rollback(lane: Lane, stack: Stack): Promise<Attempt> {
	const [active, previous] = await twoDeployments(lane, stack);
	return {
		args: ['rollback'],
		env: inStack(stack),
		mayAnswer: [active, previous],
		untouched: [active, previous, ...STANDING],
		async check(ended) {
			done(ended);
			expect((await stack.store.snapshot()).activeId).toBe(previous);
		},
	};
}

/** To one that the janitor has stopped and kept. */
async function rollbackRedeploy(lane: Lane, stack: Stack): Promise<Attempt> {
	const [active, previous] = await twoDeployments(lane, stack);
	await idle(stack, previous);
	done(await lane.run(['janitor', 'run'], { ...stack.janitorEnv, PULSE_RAILWAY_REDEPLOY_KEEP: '2' }));
	await expectGone(stack, previous);
	return {
		args: ['rollback', '--redeploy', previous],
		env: inStack(stack),
		mayAnswer: [active, previous],
		untouched: [active, ...STANDING],
		async check(ended) {
			done(ended);
			expect((await stack.store.snapshot()).activeId).toBe(previous);
			expect(await (await fetch(stack.address)).text()).toMatch(new RegExp(`^${previous} `));
		},
	};
}

async function remove(lane: Lane, stack: Stack): Promise<Attempt> {
	const [active, previous] = await twoDeployments(lane, stack);
	return {
		args: ['delete', previous, '--yes'],
		env: inStack(stack),
		mayAnswer: [active],
		untouched: [active, ...STANDING],
		nothingLeft: /not found/,
		check: () => expectGone(stack, previous),
	};
}

async function janitorRun(lane: Lane, stack: Stack): Promise<Attempt> {
	const [active, previous] = await twoDeployments(lane, stack);
	await idle(stack, previous);
	return {
		args: ['janitor', 'run'],
		env: stack.janitorEnv,
		mayAnswer: [active],
		untouched: [active, ...STANDING],
		async check(ended) {
			done(ended);
			await expectGone(stack, previous);
		},
	};
}

let upgrades = 0;

async function upgrade(lane: Lane, stack: Stack): Promise<Attempt> {
	await keepOnly(lane, stack, 1);
	const { activeId } = await stack.store.snapshot();
	const seconds = String(100 + ++upgrades);
	const replicas = lane.processes(stack, 'pulse-router').length === 1 ? 2 : 1;
	return {
		args: ['upgrade', 'app.ts', '--router-replicas', String(replicas), '--drain-grace-seconds', seconds],
		env: inStack(stack),
		mayAnswer: [activeId ?? ''],
		untouched: [activeId ?? '', 'pulse-redis'],
		async check(ended) {
			done(ended);
			// What was written is also what runs.
			expect(lane.processes(stack, 'pulse-router')).toHaveLength(replicas);
			expect(
				(await lane.newestDeployment(stack, 'pulse-janitor'))?.variables.PULSE_RAILWAY_JANITOR_DRAIN_GRACE_SECONDS,
			).toBe(seconds);
		},
	};
}

async function expectGone(stack: Stack, id: string): Promise<void> {
	expect(await stack.store.find(id)).toBeNull();
	expect((await fetch(`${stack.address}/?pulse_deployment=${id}`)).status).toBe(409);
}

/** The active deployment, and the one that drains. */
async function twoDeployments(lane: Lane, stack: Stack): Promise<[string, string]> {
	await keepOnly(lane, stack, 2);
	if ((await stack.store.snapshot()).deployments.length < 2) await deployed(lane, stack);
	const { activeId, deployments } = await stack.store.snapshot();
	return [activeId ?? '', deployments.find(({ id }) => id !== activeId)?.id ?? ''];
}

/** Deployments are processes: what earlier attempts left is deleted before it crowds the machine. */
async function keepOnly(lane: Lane, stack: Stack, count: number): Promise<void> {
	const { deployments } = await stack.store.snapshot();
	const draining = deployments.filter(({ state }) => state === 'draining').map(({ id }) => id);
	for (const deploymentId of draining.slice(count - 1)) {
		await api.deleteDeployment({ deploymentId }, { env: lane.env(inStack(stack)), cwd: lane.app });
	}
}
