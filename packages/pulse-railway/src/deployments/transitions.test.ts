import { describe, expect, it } from 'vitest';
import type { DeploymentRecord, DeploymentState } from './record.ts';
import {
	depart,
	type LiveState,
	normalise,
	promote,
	reconcile,
	register,
	remove,
	retire,
	seen,
} from './transitions.ts';

const NOW = 1_000_000;

function record(id: string, state: DeploymentState, more: Partial<DeploymentRecord> = {}): DeploymentRecord {
	const drainStartedAt = state === 'draining' || state === 'retiring' ? 500 : null;
	return { id, serviceName: `svc-${id}`, state, drainStartedAt, lastSeenAt: null, ...more };
}

function live(...records: DeploymentRecord[]): LiveState {
	const activeId = records.find(({ state }) => state === 'active')?.id ?? null;
	return { activeId, promotedAt: activeId === null ? null : 1, records: new Map(records.map((it) => [it.id, it])) };
}

const states = (state: LiveState) => Object.fromEntries([...state.records.values()].map((it) => [it.id, it.state]));

describe('every edge of the state graph', () => {
	const refused = { active: 'active-deployment', other: 'deployment-state' };
	const moves = {
		register: (state: LiveState) => register(state, 'x', 'svc-x').state,
		promote: (state: LiveState) => promote(state, 'x', 'svc-x', NOW).state,
		retire: (state: LiveState) => retire(state, 'x').state,
		remove: (state: LiveState) => remove(state, 'x').state,
	};
	const graph: Record<DeploymentState | 'gone', Record<keyof typeof moves, DeploymentState | 'gone' | Error>> = {
		gone: { register: 'pending', promote: 'active', retire: 'gone', remove: 'gone' },
		pending: { register: 'pending', promote: 'active', retire: new Error(refused.other), remove: 'gone' },
		active: {
			register: new Error(refused.active),
			promote: 'active',
			retire: new Error(refused.active),
			remove: new Error(refused.active),
		},
		draining: { register: new Error(refused.other), promote: 'active', retire: 'retiring', remove: 'gone' },
		retiring: {
			register: new Error(refused.other),
			promote: new Error(refused.other),
			retire: 'retiring',
			remove: 'gone',
		},
	};
	for (const [from, edges] of Object.entries(graph)) {
		for (const [move, to] of Object.entries(edges)) {
			it(`${move}: ${from} → ${to instanceof Error ? `refused (${to.message})` : to}`, () => {
				const before = from === 'gone' ? live() : live(record('x', from as DeploymentState));
				const act = () => moves[move as keyof typeof moves](before);
				if (to instanceof Error) expect(act).toThrow(expect.objectContaining({ code: to.message }));
				else expect(act().records.get('x')?.state ?? 'gone').toBe(to);
			});
		}
	}
});

describe('promotion', () => {
	it('drains the former active one and leaves pending and retiring ones alone', () => {
		const before = live(
			record('a', 'active'),
			record('p', 'pending'),
			record('d', 'draining'),
			record('r', 'retiring'),
		);
		const { state, result } = promote(before, 'new', 'svc-new', NOW);
		expect(states(state)).toEqual({ a: 'draining', p: 'pending', d: 'draining', r: 'retiring', new: 'active' });
		expect(state).toMatchObject({ activeId: 'new', promotedAt: NOW });
		expect(state.records.get('a')?.drainStartedAt).toBe(NOW);
		expect(state.records.get('d')?.drainStartedAt).toBe(500);
		expect(result).toMatchObject({ previousActiveId: 'a', draining: [{ id: 'a' }] });
	});

	it('repeated changes nothing, the time of the promotion included', () => {
		const once = promote(live(record('a', 'active')), 'b', 'svc-b', NOW).state;
		expect(promote(once, 'b', 'svc-b', NOW + 5).state).toBe(once);
	});

	it('back to a draining deployment clears its drain time and keeps when it was seen', () => {
		const { state } = promote(
			live(record('a', 'active'), record('d', 'draining', { lastSeenAt: 7 })),
			'd',
			'svc-d',
			NOW,
		);
		expect(state.records.get('d')).toMatchObject({ state: 'active', drainStartedAt: null, lastSeenAt: 7 });
	});

	it('keeps a drain time of 0, which is a time', () => {
		const before = live(record('a', 'active'), record('d', 'draining', { drainStartedAt: 0 }));
		expect(promote(before, 'b', 'svc-b', NOW).state.records.get('d')?.drainStartedAt).toBe(0);
	});
});

describe('registration', () => {
	it('repeated is the same state, and a new service name is taken over', () => {
		const once = register({ activeId: null, promotedAt: null, records: new Map() }, 'a', 'svc-a').state;
		expect(register(once, 'a', 'svc-a').state).toBe(once);
		expect(register(once, 'a', 'svc-b').result.serviceName).toBe('svc-b');
	});
});

describe('normalisation', () => {
	it('lets the active id decide, whatever records say', () => {
		const records = [record('a', 'active'), record('b', 'active'), record('c', 'draining')];
		const before = { activeId: 'c', promotedAt: null, records: new Map(records.map((it) => [it.id, it])) };
		const after = normalise(before);
		expect(states(after)).toEqual({ a: 'draining', b: 'draining', c: 'active' });
		expect(after.records.get('c')?.drainStartedAt).toBeNull();
		expect(after.records.get('a')?.drainStartedAt).toBeNull();
	});

	it('leaves a sound state as it is', () => {
		const sound = live(record('a', 'active'), record('b', 'pending'));
		expect(normalise(sound)).toBe(sound);
	});
});

describe('reconciliation', () => {
	const truth = (activeId: string, ...ids: string[]) => ({
		activeId,
		services: ids.map((id) => ({ id, serviceName: `svc-${id}` })),
	});

	it('completes a promotion that was cut off after its commit point', () => {
		const { state } = reconcile(
			live(record('old', 'active'), record('new', 'pending')),
			truth('new', 'old', 'new'),
			NOW,
		);
		expect(states(state)).toEqual({ old: 'draining', new: 'active' });
		expect(state).toMatchObject({ activeId: 'new', promotedAt: NOW });
	});

	it('drains services without a record and dates those without a date', () => {
		const before = live(record('a', 'active'), record('d', 'draining', { drainStartedAt: null }));
		const { state } = reconcile(before, truth('a', 'a', 'd', 'x'), NOW);
		expect(state.records.get('x')).toMatchObject({ state: 'draining', drainStartedAt: NOW, serviceName: 'svc-x' });
		expect(state.records.get('d')?.drainStartedAt).toBe(NOW);
	});

	it('drops records without a service, keeps pending ones, and keeps retiring ones that still have one', () => {
		const before = live(
			record('a', 'active'),
			record('d', 'draining'),
			record('r', 'retiring'),
			record('p', 'pending'),
		);
		expect(states(reconcile(before, truth('a', 'a', 'r'), NOW).state)).toEqual({
			a: 'active',
			r: 'retiring',
			p: 'pending',
		});
	});

	it('brings back a retiring deployment that the durable truth names', () => {
		const { state } = reconcile(live(record('a', 'active'), record('r', 'retiring')), truth('r', 'a', 'r'), NOW);
		expect(states(state)).toEqual({ a: 'draining', r: 'active' });
	});

	it('fills in service names that the predecessor did not write', () => {
		const before = live(record('a', 'active', { serviceName: null }));
		expect(reconcile(before, truth('a', 'a'), NOW).state.records.get('a')?.serviceName).toBe('svc-a');
	});

	it('is the same state when all agrees', () => {
		const before = live(record('a', 'active'), record('d', 'draining'), record('p', 'pending'));
		expect(reconcile(before, truth('a', 'a', 'd', 'p'), NOW).state).toBe(before);
	});

	it('refuses a truth that contradicts itself', () => {
		expect(() => reconcile(live(), truth('a', 'b'), NOW)).toThrow(/does not match any backend service/);
		expect(() => reconcile(live(), truth('a', 'a', 'a'), NOW)).toThrow(/duplicate PULSE_DEPLOYMENT_ID/);
	});
});

describe('a recall, or a drain by a time', () => {
	const recalled = (saidAt: number) => ({ by: NOW + 600_000, recalled: true, saidAt });
	const both = (departure?: ReturnType<typeof recalled>) =>
		live(record('a', 'active'), record('d', 'draining', departure === undefined ? {} : { departure }));
	const truth = (departure?: ReturnType<typeof recalled>) => ({
		activeId: 'a',
		services: [
			{ id: 'a', serviceName: 'svc-a', ...(departure === undefined ? {} : { departure }) },
			{ id: 'd', serviceName: 'svc-d', ...(departure === undefined ? {} : { departure }) },
		],
	});

	it('is said of a draining one, again with a later word, and never of the active one', () => {
		const { state } = depart(both(), 'd', recalled(NOW));
		expect(state.records.get('d')?.departure).toEqual(recalled(NOW));
		expect(depart(state, 'd', recalled(NOW)).state).toBe(state);
		expect(depart(state, 'd', recalled(NOW - 1)).state).toBe(state);
		const back = { by: null, recalled: false, saidAt: NOW + 1 };
		expect(depart(state, 'd', back).state.records.get('d')?.departure).toEqual(back);
		expect(() => depart(state, 'a', recalled(NOW))).toThrow(expect.objectContaining({ code: 'active-deployment' }));
		expect(depart(state, 'gone', recalled(NOW)).result).toBeNull();
		expect(() => depart(live(record('p', 'pending')), 'p', recalled(NOW))).toThrow(/is pending/);
		expect(depart(live(record('r', 'retiring')), 'r', recalled(NOW)).result).not.toHaveProperty('departure');
	});

	it('is taken back by a promotion', () => {
		const { state } = promote(both(recalled(NOW)), 'd', 'svc-d', NOW);
		expect(state.records.get('d')).not.toHaveProperty('departure');
	});

	it('is restored from the durable truth where live has lost it, and never given to the active one', () => {
		const { state } = reconcile(both(), truth(recalled(NOW)), NOW);
		expect(state.records.get('d')?.departure).toEqual(recalled(NOW));
		expect(state.records.get('a')).not.toHaveProperty('departure');
		const lost = reconcile(live(), truth(recalled(NOW - 1)), NOW).state;
		expect(lost.records.get('d')?.departure).toEqual(recalled(NOW - 1));
		expect(reconcile(lost, truth(recalled(NOW - 1)), NOW + 1).state).toBe(lost);
	});

	it('whose time is over ends nothing in a store that lost its data: it may be of an earlier life', () => {
		const over = { ...recalled(NOW - 900_000), by: NOW - 1 };
		const { state } = reconcile(live(), truth(over), NOW);
		expect(state.records.get('d')).toMatchObject({ state: 'draining', drainStartedAt: NOW });
		expect(state.records.get('d')).not.toHaveProperty('departure');
	});

	it('a durable word that Railway shows late changes nothing that was said since', () => {
		const back = { by: null, recalled: false, saidAt: NOW + 1 };
		const kept = both(back as never);
		expect(reconcile(kept, truth(recalled(NOW)), NOW).state).toBe(kept);
		const standing = both(recalled(NOW));
		expect(reconcile(standing, truth(), NOW).state).toBe(standing);
	});

	it('one from before it was active again is over', () => {
		const drainsAgain = live(record('a', 'active'), record('d', 'draining', { drainStartedAt: NOW }));
		expect(reconcile(drainsAgain, truth(recalled(NOW - 1)), NOW + 5).state).toBe(drainsAgain);
	});
});

it('takes later activity only', () => {
	const known = record('a', 'active', { lastSeenAt: 10 });
	expect(seen(known, 11).lastSeenAt).toBe(11);
	expect(seen(known, 10)).toBe(known);
	expect(seen(record('a', 'active'), 1).lastSeenAt).toBe(1);
	// What a router reports that has only ever searched there.
	expect(seen(record('a', 'active'), 0).lastSeenAt).toBeNull();
});
