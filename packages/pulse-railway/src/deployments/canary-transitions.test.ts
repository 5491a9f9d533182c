import { nextShare } from 'pulse-deploy-kit/canary/rollout';
import { describe, expect, it } from 'vitest';
import { decodeCanary, decodeCount, encodeCanary, encodeCount } from './canary.ts';
import { beginCanary, endCanary, widenCanary } from './canary-transitions.ts';
import { historyOf } from './history.ts';
import type { DeploymentRecord, DeploymentState } from './record.ts';
import { decodeRecord, encodeRecord } from './record-json.ts';
import { type LiveState, normalise, promote, reconcile, register, remove, retire } from './transitions.ts';

const NOW = 1_790_000_000_000;
const TERMS = { share: 500, next: [2_500, 10_000], everyMs: 600_000 };
const BY = { at: NOW, by: null, because: null, restores: false };

function record(id: string, state: DeploymentState): DeploymentRecord {
	return { id, serviceName: id, state, drainStartedAt: state === 'draining' ? 500 : null, lastSeenAt: null };
}

function live(states: Readonly<Record<string, DeploymentState>>): LiveState {
	const records = Object.entries(states).map(([id, state]) => record(id, state));
	const activeId = records.find(({ state }) => state === 'active')?.id ?? null;
	return { activeId, promotedAt: 1, records: new Map(records.map((it) => [it.id, it])) };
}

const states = ({ records }: LiveState) => Object.fromEntries([...records.values()].map((it) => [it.id, it.state]));
const running = () => beginCanary(live({ one: 'active', two: 'pending' }), 'two', TERMS, NOW).state;
const events = (before: LiveState, after: LiveState, more = {}) =>
	historyOf(before, after, { ...BY, ...more }).map(({ event, id }) => `${event} ${id}`);

describe('a canary begins (R4.15)', () => {
	it('of a pending deployment, which stays pending, beside the active one', () => {
		const before = live({ one: 'active', two: 'pending' });
		const { state, result } = beginCanary(before, 'two', TERMS, NOW);
		expect(result).toEqual({ id: 'two', beganAt: NOW, sharedAt: NOW, ...TERMS });
		expect([states(state), state.activeId]).toEqual([{ one: 'active', two: 'pending' }, 'one']);
		expect(events(before, state)).toEqual(['canary two']);
	});

	it('again is the same, also for another share: a repeated request changes nothing', () => {
		const state = running();
		expect(beginCanary(state, 'two', { ...TERMS, share: 9_000 }, NOW + 5).state).toBe(state);
	});

	it('never of the active one, of one that was, or beside nothing', () => {
		const begin = (states: Parameters<typeof live>[0], id: string) => () => beginCanary(live(states), id, TERMS, NOW);
		expect(begin({ one: 'active' }, 'one')).toThrow("deployment 'one' is the active one");
		expect(begin({ one: 'active', two: 'draining' }, 'two')).toThrow('it is draining');
		expect(begin({ two: 'pending' }, 'two')).toThrow('cannot begin a canary');
	});

	it('in place of another one, which drains with whoever is on it, and has a name of its own in the same millisecond', () => {
		const before = register(running(), 'three', 'three').state;
		const { state } = beginCanary(before, 'three', TERMS, NOW);
		expect(states(state)).toEqual({ one: 'active', two: 'draining', three: 'pending' });
		expect(state.canary).toMatchObject({ id: 'three', beganAt: NOW + 1 });
		expect(events(before, state)).toEqual(['ended two', 'canary three']);
	});
});

describe('a canary is widened (R4.15)', () => {
	const widen = (share: number, more = {}) => ({ id: 'two', beganAt: NOW, terms: { ...TERMS, share }, ...more });

	it('and remembers since when it has its share', () => {
		const before = running();
		const { state } = widenCanary(before, widen(2_500), NOW + 600_000);
		expect(state.canary).toMatchObject({ share: 2_500, sharedAt: NOW + 600_000, beganAt: NOW });
		expect(events(before, state)).toEqual(['widened two']);
	});

	it('never to a smaller share, which would give visitors back', () => {
		expect(() => widenCanary(running(), widen(499), NOW)).toThrow('has 5 % already, and only gets more');
	});

	it('by one of two routers that find it due at once', () => {
		const { state } = widenCanary(running(), widen(2_500, { from: 500 }), NOW + 1);
		expect(widenCanary(state, widen(2_500, { from: 500 }), NOW + 9).state).toBe(state);
	});

	it('of a rollout that is over not at all', () => {
		const { state } = endCanary(running(), { id: 'two' }, NOW);
		expect(() => widenCanary(state, widen(2_500), NOW)).toThrow('the canary two is over');
		expect(() => widenCanary(running(), widen(2_500, { beganAt: 1 }), NOW)).toThrow('the canary two is over');
	});

	it('with a time that begins anew for what follows, and not for the share that it has', () => {
		const { canary } = widenCanary(
			running(),
			widen(500, { terms: { share: 500, next: [9_000], everyMs: 60_000 } }),
			NOW + 9,
		).state;
		expect(nextShare(canary!)).toEqual({ share: 9_000, at: NOW + 60_000 });
		expect(nextShare({ ...canary!, next: [], everyMs: null })).toBeNull();
	});
});

describe('a canary ends (R4.15)', () => {
	const departure = { by: NOW + 600_000, recalled: true, saidAt: NOW };

	it('halted: nobody new gets it, and whoever is on it moves as after a recall', () => {
		const before = running();
		const { state, result } = endCanary(before, { id: 'two', beganAt: NOW, departure }, NOW + 5);
		expect(result).toMatchObject({ state: 'draining', drainStartedAt: NOW + 5, departure, neverActive: true });
		expect(state.canary).toBeUndefined();
		expect(events(before, state, { because: '9 of 100' })).toEqual(['halted two', 'recalled two']);
	});

	it('once: of two routers that halt it one does', () => {
		const { state } = endCanary(running(), { id: 'two', beganAt: NOW, departure }, NOW);
		expect(endCanary(state, { id: 'two', beganAt: NOW, departure }, NOW)).toEqual({ state, result: null });
	});

	it('and a late halt of an earlier rollout, or of what was promoted meanwhile, ends nothing', () => {
		expect(endCanary(running(), { id: 'two', beganAt: NOW - 1, departure }, NOW).result).toBeNull();
		const promoted = promote(running(), 'two', 'two', NOW + 1).state;
		expect(endCanary(promoted, { id: 'two', beganAt: NOW, departure }, NOW + 2)).toEqual({
			state: promoted,
			result: null,
		});
	});

	it('by becoming active, and then it is one as any', () => {
		const before = running();
		const { state } = promote(before, 'two', 'two', NOW + 1);
		expect([states(state), state.canary]).toEqual([{ one: 'draining', two: 'active' }, undefined]);
		expect(state.records.get('two')).not.toHaveProperty('neverActive');
		expect(events(before, state)).toEqual(['activated two']);
	});

	it('a halted one that is promoted all the same becomes active', () => {
		const { state } = endCanary(running(), { id: 'two', departure }, NOW);
		const { records } = promote(state, 'two', 'two', NOW + 1).state;
		expect(records.get('two')).toEqual({ ...record('two', 'active') });
	});

	it('with the promotion of another one, and nobody goes back to it by itself', () => {
		const before = register(running(), 'three', 'three').state;
		const { state, result } = promote(before, 'three', 'three', NOW + 1);
		expect(states(state)).toEqual({ one: 'draining', two: 'draining', three: 'active' });
		expect(result.draining.map(({ id }) => id)).toEqual(['one', 'two']);
		expect(state.records.get('two')).toMatchObject({ neverActive: true });
		expect(events(before, state)).toEqual(['ended two', 'activated three']);
	});

	it('where the durable truth names another active one, but not while it names the same', () => {
		const truth = (activeId: string) => ({ activeId, services: ['one', 'two'].map((id) => ({ id, serviceName: id })) });
		expect(reconcile(running(), truth('one'), NOW).state.canary).toMatchObject({ id: 'two' });
		const { state } = reconcile(running(), truth('two'), NOW);
		expect([states(state), state.canary]).toEqual([{ one: 'draining', two: 'active' }, undefined]);
	});
});

describe('while it runs', () => {
	it('it is neither removed nor retired, by whatever command', () => {
		expect(() => remove(running(), 'two', 'pending')).toThrow('it is a canary, and has visitors');
		expect(() => retire(running(), 'two')).toThrow('it is pending');
	});

	it('the promotion of the active one is no end of it: a repeated request', () => {
		const state = running();
		expect(promote(state, 'one', 'one', NOW + 1).state).toBe(state);
	});

	it('a reconciliation that does not name its service leaves it alone: reads of Railway lag', () => {
		const { state } = reconcile(running(), { activeId: 'one', services: [{ id: 'one', serviceName: 'one' }] }, NOW);
		expect([states(state), state.canary?.id]).toEqual([{ one: 'active', two: 'pending' }, 'two']);
	});
});

it('what an older router made of it is no canary: promoted, or without its record', () => {
	const { canary } = running();
	const read = (states: Parameters<typeof live>[0]) => normalise({ ...live(states), canary });
	expect(read({ one: 'draining', two: 'active' }).canary).toBeUndefined();
	expect(read({ one: 'active' }).canary).toBeUndefined();
	expect(read({ one: 'active', two: 'pending' }).canary).toEqual(canary);
});

describe('stored', () => {
	it('is read as it was written', () => {
		const { canary } = running();
		expect(decodeCanary(encodeCanary(canary!))).toEqual(canary);
		const once = { ...canary!, next: [], everyMs: null, share: 25 };
		expect(decodeCanary(encodeCanary(once))).toEqual(once);
		const count = {
			beganAt: NOW,
			canary: { trials: 10, failures: 1 },
			active: { trials: 90, failures: 0 },
			evidence: [0.5, -1, 2, 0, 0, 0],
		};
		expect(decodeCount(encodeCount(count))).toEqual(count);
		const ended = endCanary(running(), { id: 'two' }, NOW).result!;
		expect(decodeRecord('two', encodeRecord(ended))).toEqual(ended);
	});

	it('nonsense is none', () => {
		for (const json of [null, '', '[]', '3', '{"deployment_id":"two"}', '{"deployment_id":"two","began_at":"x"}'])
			expect(decodeCanary(json)).toBeUndefined();
		for (const json of ['', '{}', '{"began_at":1,"canary":[1],"active":[1,1],"evidence":[]}'])
			expect(decodeCount(json)).toBeUndefined();
	});
});
