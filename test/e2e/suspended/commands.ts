import * as api from '../../../packages/pulse-railway/src/api.ts';
import type { Lane, Stack } from '../faults/lane.ts';
import { deployArguments, deployed, idle, inStack } from '../faults/scenario.ts';
import {
	CLEANS,
	DELETES,
	DEPLOYS,
	janitorEnv,
	PROMOTES,
	pastGrace,
	type Rival,
	ROLLS_BACK,
	UPGRADES,
} from './rivals.ts';

/** A command that is put to sleep, on a stack with an active deployment and one that drains. */
export interface Sleepy {
	readonly name: string;
	readonly rivals: readonly Rival[];
	/** Sleeps only where all do, or it is named: its parts are in the short run by other commands. */
	readonly rare?: true;
	/** What to type; `target` is the deployment that it is about. */
	type(stack: Stack, deployments: { readonly active: string; readonly draining: string }): Typed;
}

export interface Typed {
	readonly args: readonly string[];
	readonly env: Readonly<Record<string, string>>;
	readonly target: string | null;
	/** It ends what runs in this deployment. */
	readonly ends?: string;
	/** What becomes of the target when no other command comes between; `left`: it is said by when its pages move. */
	readonly becomes?: Becomes;
}

type Becomes = 'active' | 'gone' | 'left';

let made = 0;

export const SLEEPY: readonly Sleepy[] = [
	{
		name: 'deploy (source)',
		rivals: [PROMOTES, DEPLOYS, ROLLS_BACK, DELETES],
		type: (stack) => deploy(stack, 'source'),
	},
	{
		name: 'deploy (image)',
		rivals: [DEPLOYS, PROMOTES, UPGRADES],
		type: (stack) => deploy(stack, 'image'),
	},
	{
		name: 'promote',
		rivals: [DELETES, DEPLOYS, CLEANS],
		type: (stack, { draining }) => onTarget(stack, ['promote', draining], draining, 'active'),
	},
	{
		name: 'rollback',
		rivals: [DEPLOYS, DELETES, CLEANS],
		type: (stack, { draining }) => onTarget(stack, ['rollback'], draining, 'active'),
	},
	{
		name: 'delete',
		rivals: [PROMOTES, DEPLOYS, CLEANS],
		type: (stack, { draining }) => ({
			...onTarget(stack, ['delete', draining, '--yes'], draining, 'gone'),
			ends: draining,
		}),
	},
	{
		name: 'remove',
		rivals: [ROLLS_BACK, DELETES],
		type: (stack, { draining }) => ({
			...onTarget(stack, ['remove', draining, '--yes'], draining, 'gone'),
			ends: draining,
		}),
	},
	{
		name: 'recall',
		rivals: [PROMOTES, ROLLS_BACK, DELETES, DEPLOYS],
		type: (stack, { draining }) => onTarget(stack, ['recall', draining, '--yes'], draining, 'left'),
	},
	{
		name: 'recall (the active one)',
		rivals: [PROMOTES, DEPLOYS, CLEANS],
		type: (stack, { active }) => onTarget(stack, ['recall', active, '--yes'], active, 'left'),
	},
	{
		name: 'drain',
		rivals: [ROLLS_BACK, DELETES, CLEANS],
		type: (stack, { draining }) => onTarget(stack, ['drain', draining, '--by', '2h', '--yes'], draining, 'left'),
	},
	{
		name: 'redeploy',
		rivals: [PROMOTES, DELETES, DEPLOYS],
		type: (stack, { draining }) => ({ ...onTarget(stack, ['redeploy', draining, '--yes'], draining), ends: draining }),
	},
	{
		name: 'janitor run',
		rivals: [ROLLS_BACK, CLEANS, DEPLOYS],
		type: (stack, { draining }) => ({
			args: ['janitor', 'run'],
			env: janitorEnv(stack),
			target: draining,
			ends: draining,
			becomes: 'gone',
		}),
	},
	{
		name: 'upgrade',
		rivals: [UPGRADES, DEPLOYS, CLEANS],
		type: (stack) => ({
			args: ['upgrade', 'app.ts', '--drain-grace-seconds', String(300 + ++made), '--yes'],
			env: inStack(stack),
			target: null,
		}),
	},
	{
		name: 'ensure',
		rare: true,
		rivals: [UPGRADES, DEPLOYS],
		type: (stack) => ({
			args: ['ensure', 'app.ts', '--drain-grace-seconds', String(300 + ++made), '--yes'],
			env: inStack(stack),
			target: null,
		}),
	},
];

function deploy(stack: Stack, mode: 'source' | 'image'): Typed {
	const id = `nap-${++made}-${process.pid}`;
	return { ...onTarget(stack, deployArguments(mode, '--deployment-id', id), id, 'active') };
}

function onTarget(stack: Stack, args: readonly string[], target: string, becomes?: Becomes): Typed {
	return { args, env: inStack(stack), target, ...(becomes === undefined ? {} : { becomes }) };
}

/** One active deployment and one that drains and is idle; all others, and what a sleeper left, are deleted. */
export async function onlyTwo(lane: Lane, stack: Stack): Promise<{ active: string; draining: string }> {
	const { activeId, deployments } = await stack.store.snapshot();
	// What a case that failed left apart must not fail all that come after it.
	await lane.graphql(
		'mutation($p: String!, $e: String!, $v: String!) { variableUpsert(input: {projectId: $p, environmentId: $e, name: "PULSE_ACTIVE_DEPLOYMENT", value: $v, skipDeploys: true}) }',
		{ p: stack.projectId, e: stack.environmentId, v: activeId },
	);
	const others = deployments.filter(({ id }) => id !== activeId);
	const draining = others.findLast(({ state }) => state === 'draining');
	const standing = lane.services(stack).filter((name) => !name.startsWith('pulse-'));
	const superfluous = new Set([...others.map(({ id }) => id), ...standing].filter((id) => id !== activeId));
	if (draining !== undefined) superfluous.delete(draining.id);
	for (const deploymentId of superfluous) {
		await api.deleteDeployment({ deploymentId }, { env: lane.env(inStack(stack)), cwd: lane.app });
	}
	if (draining === undefined) await deployed(lane, stack);
	else if (draining.departure?.by)
		await api.drain({ deploymentId: draining.id, cancel: true }, { env: lane.env(inStack(stack)), cwd: lane.app });
	const now = await stack.store.snapshot();
	const rest = now.deployments.find(({ id }) => id !== now.activeId)?.id ?? '';
	await idle(stack, rest);
	await pastGrace(stack, rest);
	return { active: now.activeId ?? '', draining: rest };
}
