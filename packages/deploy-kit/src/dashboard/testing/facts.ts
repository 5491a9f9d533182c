import type { DashboardFacts } from '../facts.ts';
import type { VersionFacts } from '../view.ts';

export const NOON = Date.UTC(2026, 3, 2, 12);

const UNTOLD_PEOPLE = { total: null, busy: null, idle: null, hidden: null, held: null };

export function version(id: string, state: string, more: Partial<VersionFacts> = {}): VersionFacts {
	return {
		id,
		state,
		kind: null,
		people: { ...UNTOLD_PEOPLE, total: 0 },
		heldReasons: [],
		sockets: 0,
		requestsInFlight: 0,
		requestsPerSecond: 0,
		failuresPerSecond: 0,
		createdAt: NOON - 3_600_000,
		decision: null,
		rollbackUntil: null,
		recalled: false,
		leaveBy: null,
		cost: null,
		running: null,
		...more,
	};
}

export const people = (total: number) => ({ people: { ...UNTOLD_PEOPLE, total } });

/** Two versions: `two` is active, those who came before are on `one`. */
export function twoVersions(more: Partial<DashboardFacts> = {}): DashboardFacts {
	return {
		tool: 'pulse-railway',
		at: NOON,
		place: 'shop / production',
		address: 'https://shop.example.com',
		alarms: [],
		notes: [],
		activeId: 'two',
		underWay: null,
		canary: null,
		rollbackTo: 'one',
		redeployable: [],
		cleaner: 'the janitor',
		versions: [version('two', 'active', people(40)), version('one', 'draining', people(2))],
		history: [],
		services: [],
		...more,
	};
}
