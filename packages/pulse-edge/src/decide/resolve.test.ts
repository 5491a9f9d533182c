import { describe, expect, it } from 'vitest';
import { affinityOf, reloadsOnStale } from './affinity.ts';
import { needsLookup, resolve } from './resolve.ts';
import type { Routable } from './route-table.ts';

const record = (id: string, state: Routable['state'], serviceName: string | null = `app-${id}`): Routable => ({
	id,
	state,
	serviceName,
	drainStartedAt: null,
});
const view = (activeId: string | null, ...records: Routable[]) => ({
	activeId,
	deployment: (id: string) => records.find((one) => one.id === id),
});
const world = view(
	'new',
	record('new', 'active'),
	record('old', 'draining'),
	record('next', 'pending'),
	record('dying', 'retiring'),
);
const to = (id: string) => ({ kind: 'target', target: { id, serviceName: `app-${id}` } });

describe('a request resolves to', () => {
	it.each([
		['the active deployment when it asks for none', '', to('new')],
		['the active deployment when it asks for it', 'new', to('new')],
		['a draining deployment that it asks for', 'old', to('old')],
		['a pending deployment that it asks for', 'next', to('next')],
		['stale when it asks for a retiring one', 'dying', { kind: 'stale', active: to('new').target }],
		['stale when it asks for an unknown one', 'gone', { kind: 'stale', active: to('new').target }],
		['stale when it asks for what cannot be an id', '../../etc', { kind: 'stale', active: to('new').target }],
	])('%s', (_, affinity, expected) => {
		expect(resolve(world, affinity, 'app-')).toEqual(expected);
	});

	it('not found when it asks for an unknown one and none is active (R2.7)', () => {
		expect(resolve(view(null), 'gone', '')).toEqual({ kind: 'not-found' });
		expect(resolve(view(null), '', '')).toEqual({ kind: 'no-active' });
	});

	it('an active id without a record, as a predecessor wrote it', () => {
		expect(resolve(view('v1'), '', 'app-')).toEqual(to('v1'));
		expect(resolve(view('v1'), 'v1', 'app-')).toEqual(to('v1'));
	});

	it('a record without a service name by prefix and id, and to none whose service has another name (R2.18)', () => {
		const odd = view(
			'new',
			record('new', 'active'),
			record('bare', 'draining', null),
			record('alien', 'draining', 'other'),
		);
		expect(resolve(odd, 'bare', 'app-')).toEqual(to('bare'));
		expect(resolve(odd, 'alien', 'app-').kind).toBe('stale');
	});
});

it('asks only about ids that the view lacks', () => {
	expect(needsLookup(world, 'gone')).toBe(true);
	for (const known of ['', 'new', 'old', 'dying']) {
		expect(needsLookup(world, known), known).toBe(false);
	}
});

describe('affinity (R2.1)', () => {
	it.each([
		['', '', ''],
		['pulse_deployment=a', 'b', 'a'],
		['pulse_deployment=', 'b', 'b'],
		['x=1', 'b', 'b'],
		['pulse_deployment=a&pulse_deployment=c', '', 'c'],
		['pulse_deployment=a&pulse_deployment=', 'h', 'h'],
		['pulse%5Fdeployment=a%2Db', '', 'a-b'],
		['xpulse_deployment=a', '', ''],
		['pulse_deployment=%zz', '', '%zz'],
		['pulse_deployment', 'h', 'h'],
	])('of query %j and header %j is %j', (query, header, expected) => {
		expect(affinityOf(query, header)).toBe(expected);
	});

	it('reloads on stale only for exactly 1 (R3.2)', () => {
		expect(reloadsOnStale('pulse_reload_on_stale_affinity=1')).toBe(true);
		for (const query of ['', 'pulse_reload_on_stale_affinity=true', 'pulse_reload_on_stale_affinity=01']) {
			expect(reloadsOnStale(query)).toBe(false);
		}
	});
});
