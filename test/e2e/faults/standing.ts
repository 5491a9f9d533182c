import { expect } from 'vitest';
import type { Lane, Stack } from './lane.ts';
import { BASELINE } from './scenario.ts';

/** The active deployment first, then those that drain, as the store has them; fails where the two truths or the leftovers differ. */
export async function expectInOrder(lane: Lane, stack: Stack, when: string): Promise<readonly string[]> {
	const { activeId, deployments } = await stack.store.snapshot();
	const shared = await lane.variables(stack);
	expect(shared.PULSE_ACTIVE_DEPLOYMENT ?? null, `${when}: durable and live active`).toBe(activeId);
	expect(Object.keys(shared).sort(), `${when}: shared variables`).toEqual(
		['PULSE_RAILWAY_BASELINE', ...(activeId === null ? [] : ['PULSE_ACTIVE_DEPLOYMENT'])].sort(),
	);
	expect(shared.PULSE_RAILWAY_BASELINE, when).toBe('ready');
	const states = deployments.map(({ id, state }) => `${id} ${state}`);
	expect(
		states.filter((line) => !line.endsWith(' draining')),
		`${when}: records`,
	).toEqual(activeId === null ? [] : [`${activeId} active`]);
	const ids = deployments.map(({ id }) => id);
	expect(lane.services(stack), `${when}: services`).toEqual([...BASELINE, ...ids].sort());
	expect(lane.addresses(stack), `${when}: public addresses`).toEqual([`pulse-router ${stack.address}`]);
	expect(await lane.tokens(stack.projectId), `${when}: tokens`).toHaveLength(1);
	for (const name of ['deploy', 'janitor'] as const)
		expect(await stack.store.lockHolder(name), `${when}: lock ${name}`).toBeNull();
	return [...(activeId === null ? [] : [activeId]), ...ids.filter((id) => id !== activeId)];
}
