import { expect, it } from 'vitest';
import type { DeploymentRecord, DeploymentState, RoutingSnapshot } from '../deployments/record.ts';
import { adopt as adoptRouted, type Routed, trusted } from './adopt.ts';

const record = (id: string, state: DeploymentState): DeploymentRecord => ({
	id,
	serviceName: id,
	state,
	drainStartedAt: null,
	lastSeenAt: null,
});
const snapshot = (
	revision: number,
	promotedAt: number | null,
	...deployments: DeploymentRecord[]
): RoutingSnapshot => ({
	revision,
	promotedAt,
	activeId: deployments.find((one) => one.state === 'active')?.id ?? null,
	deployments,
});
const states = (routed: RoutingSnapshot) => Object.fromEntries(routed.deployments.map((one) => [one.id, one.state]));
const current = snapshot(9, 500, record('v2', 'active'), record('v1', 'draining'));
const MINUTES = 60_000;

/** What is routed by after the store said these, one after the other. */
function adopt(...said: RoutingSnapshot[]): RoutingSnapshot {
	return said.reduce<Routed>((routed, incoming) => adoptRouted(routed, incoming, 0), trusted(current)).snapshot;
}

it('a store that moves on is followed as it is', () => {
	const incoming = snapshot(10, 600, record('v3', 'active'), record('v2', 'draining'));
	expect(adopt(incoming)).toBe(incoming);
	expect(adoptRouted(null, incoming, 0).snapshot).toBe(incoming);
	expect(states(adopt(snapshot(9, 500, record('v2', 'active'))))).toEqual({ v2: 'active' });
});

it('a canary is what the store says of it, and over where the store forgot it: nobody new gets what nobody watches', () => {
	const canary = { id: 'v3', beganAt: 1, share: 500, sharedAt: 1, next: [], everyMs: null };
	const runs = { ...snapshot(10, 500, record('v2', 'active'), record('v3', 'pending')), canary };
	expect(adopt(runs).canary).toEqual(canary);
	const routed = adopt(runs, snapshot(0, null));
	expect([states(routed), routed.canary]).toEqual([{ v2: 'active', v3: 'pending' }, undefined]);
	const restored = snapshot(11, 500, record('v2', 'active'), record('v3', 'draining'));
	expect(adopt(runs, snapshot(0, null), restored).canary).toBeUndefined();
});

it('a store that restarted empty cuts nobody off', () => {
	const routed = adopt(snapshot(0, null));
	expect(routed.activeId).toBe('v2');
	expect(states(routed)).toEqual({ v2: 'active', v1: 'draining' });
});

it('a store that restarted empty and has moved on since is recognised by what it lacks', () => {
	const routed = adopt(snapshot(10, 600, record('v3', 'active')));
	expect(states(routed)).toEqual({ v3: 'active', v2: 'draining', v1: 'draining' });
});

it('what is registered in a store that restarted empty is known beside the rest', () => {
	const routed = adopt(snapshot(1, null, record('v3', 'pending')));
	expect(states(routed)).toEqual({ v2: 'active', v1: 'draining', v3: 'pending' });
});

it('a promotion in a store that restarted empty counts, and the others drain', () => {
	const routed = adopt(snapshot(2, 900, record('v3', 'active')));
	expect(routed.activeId).toBe('v3');
	expect(states(routed)).toEqual({ v3: 'active', v2: 'draining', v1: 'draining' });
});

it('what the store forgot stays known while it fills up again, and goes when it spoke of it', () => {
	const filling = [snapshot(0, null), snapshot(1, 900, record('v3', 'active'))];
	expect(states(adopt(...filling))).toEqual({ v3: 'active', v2: 'draining', v1: 'draining' });
	const spoken = snapshot(2, 900, record('v3', 'active'), record('v1', 'draining'));
	expect(states(adopt(...filling, spoken))).toEqual({ v3: 'active', v2: 'draining', v1: 'draining' });
	expect(states(adopt(...filling, spoken, snapshot(3, 900, record('v3', 'active'))))).toEqual({
		v3: 'active',
		v2: 'draining',
	});
});

it('what it never speaks of again is dropped after a quarter of an hour', () => {
	const fallen = adoptRouted(trusted(current), snapshot(1, 900, record('v3', 'active')), 0);
	const later = snapshot(2, 900, record('v3', 'active'));
	expect(states(adoptRouted(fallen, later, 14 * MINUTES).snapshot)).toMatchObject({ v1: 'draining' });
	expect(adoptRouted(fallen, later, 15 * MINUTES).snapshot).toBe(later);
});

it('an active id that vanishes is kept, however old', () => {
	expect(adopt(snapshot(10, null, record('v1', 'draining'))).activeId).toBe('v2');
});

it('a copy older than what is known does not undo a promotion', () => {
	const routed = adopt(snapshot(7, 100, record('v1', 'active')));
	expect(routed.activeId).toBe('v2');
	expect(states(routed)).toEqual({ v2: 'active', v1: 'draining' });
	const moved = snapshot(8, 100, record('v1', 'active'), record('v4', 'pending'));
	const fallen = snapshot(7, 100, record('v1', 'active'));
	expect(adopt(fallen, moved).activeId).toBe('v2');
	expect(adopt(fallen, moved, snapshot(9, 300, record('v4', 'active'))).activeId).toBe('v4');
});
