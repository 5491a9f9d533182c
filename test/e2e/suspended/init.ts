import { expect } from 'vitest';
import type { CommandResult } from '../../support/command.ts';
import type { Lane, Moment, Stack } from '../faults/lane.ts';
import { BASELINE, deployArguments, done, inStack } from '../faults/scenario.ts';
import { expectInOrder } from '../faults/standing.ts';
import { Visitor } from '../faults/visitor.ts';
import { NAP_MS, TERMS } from './nap.ts';

export const INIT_PLACES = ['new project', 'existing project'] as const;
export type InitPlace = (typeof INIT_PLACES)[number];

let projects = 0;

async function place(where: InitPlace, lane: Lane) {
	const name = `napping-${++projects}`;
	const env = where === 'new project' ? {} : await lane.emptyProject(name);
	return { name, args: lane.initArguments(name), env: { ...env, ...TERMS } };
}

export async function initMoments(where: InitPlace, lane: Lane): Promise<readonly Moment[]> {
	const { name, args, env } = await place(where, lane);
	const sleeper = lane.sleeper(args, env, null);
	done(await sleeper.result);
	const { calls } = lane.calls.end();
	for (const id of lane.projects(name)) await lane.deleteProject(id);
	return [...calls, ...sleeper.shown.map((_, line) => ({ line }))];
}

/** With a rival: another init goes on with the stack, finishes it, sets a variable of its users, and deploys. */
export async function initNap(where: InitPlace, at: Moment, rival: boolean, lane: Lane) {
	const { name, args, env } = await place(where, lane);
	const sleeper = lane.sleeper(args, env, at);
	let theirs: Theirs | null = null;
	let slept = false;
	let made: Stack | undefined;
	try {
		slept = await sleeper.asleep;
		if (slept) await new Promise((resolve) => setTimeout(resolve, NAP_MS));
		if (slept && rival) theirs = await finish(lane, args, env);
		sleeper.wake();
		const ended = await sleeper.result;
		const { complaints } = (await theirs?.visitor.leave()) ?? { complaints: [] };
		expect(complaints, `visitors: ${complaints.join('\n')}`).toEqual([]);
		const said = `${ended.stderr}${ended.stdout}`;
		if (theirs !== null) await expectTheirs(lane, theirs, said);
		else if (!rival || !slept) {
			made = await lane.stackOf(JSON.parse(done(ended).stdout));
			expect(lane.services(made), said).toEqual(BASELINE);
			await expectInOrder(lane, made, said);
		}
	} finally {
		sleeper.end();
		await theirs?.visitor.leave();
		for (const stack of [theirs?.stack, made]) await stack?.store.close();
		for (const id of lane.projects(name)) await lane.deleteProject(id);
	}
	return { slept, met: theirs !== null };
}

interface Theirs {
	readonly stack: Stack;
	readonly visitor: Visitor;
	readonly deployment: string;
	readonly services: readonly string[];
	readonly secrets: readonly string[];
	readonly processes: readonly number[];
}

/** `null` when the sleeper had finished the stack. */
async function finish(
	lane: Lane,
	args: readonly string[],
	env: Readonly<Record<string, string>>,
): Promise<Theirs | null> {
	const ended: CommandResult = await lane.run(args, env);
	if (ended.code !== 0 && /baseline stack already exists/.test(ended.stdout + ended.stderr)) return null;
	const stack = await lane.stackOf(JSON.parse(done(ended).stdout));
	const envService = lane.serviceId(stack, 'pulse-env');
	await lane.graphql(
		'mutation($p: String!, $e: String!, $s: String!) { variableUpsert(input: {projectId: $p, environmentId: $e, serviceId: $s, name: "GREETING", value: "hello", skipDeploys: true}) }',
		{ p: stack.projectId, e: stack.environmentId, s: envService },
	);
	const deployed = done(await lane.run(deployArguments('source'), { ...inStack(stack), ...TERMS }));
	const deployment: string = JSON.parse(deployed.stdout).deployment_id;
	return {
		stack,
		visitor: new Visitor(stack.address, (id) => id === deployment, deployment),
		deployment,
		services: lane.services(stack),
		secrets: await lane.secrets(stack),
		processes: [...lane.processes(stack, 'pulse-router'), ...lane.processes(stack, deployment)],
	};
}

async function expectTheirs(lane: Lane, theirs: Theirs, said: string): Promise<void> {
	const { stack, deployment } = theirs;
	expect(lane.services(stack), said).toEqual(theirs.services);
	expect(await lane.secrets(stack), said).toEqual(theirs.secrets);
	const processes = [...lane.processes(stack, 'pulse-router'), ...lane.processes(stack, deployment)];
	expect(processes, said).toEqual(theirs.processes);
	const variables = await lane.variables(stack, lane.serviceId(stack, 'pulse-env'));
	expect(variables, said).toMatchObject({ GREETING: 'hello' });
	const shared = await lane.variables(stack);
	expect(shared, said).toEqual({ PULSE_RAILWAY_BASELINE: 'ready', PULSE_ACTIVE_DEPLOYMENT: deployment });
	done(await lane.run(['janitor', 'run'], { ...stack.janitorEnv, ...TERMS }));
	expect(await (await fetch(stack.address)).text(), said).toMatch(`${deployment} hello`);
}
