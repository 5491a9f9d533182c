import { describe, expect, it } from 'vitest';
import type { RenderSessions } from '../backends/render-sessions.ts';
import type { DeploymentRecord } from '../deployments/record.ts';
import type { DeploymentActivity } from '../deployments/store.ts';
import { decide } from './decide.ts';
import type { Policy } from './facts.ts';

const S = 1_000;
const POLICY = { drainGraceMs: 60 * S, maxDrainAgeMs: 86_400 * S, rollbackWindowMs: 3_600 * S, rollbackKeep: 1 };
const NOW = 200_000 * S;
const ago = (seconds: number) => NOW - seconds * S;

const nobody: RenderSessions = { reachable: true, total: 0, connected: 0, drainable: true };
const gone: RenderSessions = { reachable: false, detail: 'connect ECONNREFUSED' };

const container = { affinity: 'tab', healthPath: '/', port: 8501 } as const;

interface Case {
	readonly record?: Partial<DeploymentRecord>;
	readonly activity?: Partial<DeploymentActivity>;
	readonly sessions?: RenderSessions;
	/** Default 1. */
	readonly tabsWholeAt?: number | null;
	/** Default `null`. */
	readonly rollbackUntil?: number | null;
	readonly policy?: Partial<Policy>;
	readonly decision: object;
}

const cases: Record<string, Case> = {
	'the active one': {
		record: { state: 'active', drainStartedAt: null },
		decision: { action: 'keep', reason: 'active' },
	},
	'a preview that nobody is on': {
		record: { drainStartedAt: null, preview: { name: 'pr-12', until: NOW + 5 * S } },
		decision: { action: 'keep', reason: 'preview', detail: 'pr-12', until: NOW + 5 * S },
	},
	'a preview whose time is over, whoever is on it (R9.7)': {
		record: { drainStartedAt: null, preview: { name: 'pr-12', until: NOW } },
		activity: { sockets: 3 },
		decision: { action: 'delete', reason: 'preview_over' },
	},
	'a preview that was recalled, and whose time for that is over': {
		record: {
			preview: { name: 'pr-12', until: NOW + 5 * S },
			departure: { by: ago(50), recalled: true, saidAt: ago(500) },
		},
		decision: { action: 'delete', reason: 'recalled' },
	},
	'the pending one of a deploy': {
		record: { state: 'pending', drainStartedAt: null },
		decision: { action: 'keep', reason: 'pending', until: null },
	},
	'drained for 59 s': {
		record: { drainStartedAt: ago(59) },
		sessions: nobody,
		decision: { action: 'keep', reason: 'grace', until: NOW + 1 * S },
	},
	'drained for 60 s and never seen': { record: { drainStartedAt: ago(60) }, decision: { action: 'probe' } },
	'drained long, seen 59 s ago by a router that has gone': {
		record: { lastSeenAt: ago(59) },
		sessions: nobody,
		decision: { action: 'keep', reason: 'grace', until: NOW + 1 * S },
	},
	'drained long, seen 59 s ago by a live router': {
		record: { lastSeenAt: ago(500) },
		activity: { lastSeenAt: ago(59) },
		sessions: nobody,
		decision: { action: 'keep', reason: 'grace' },
	},
	'drained long and idle for 60 s': { record: { lastSeenAt: ago(60) }, decision: { action: 'probe' } },
	'idle, and nobody there': { sessions: nobody, decision: { action: 'delete', reason: 'drainable' } },
	'idle, with one render session': {
		sessions: { reachable: true, total: 1, connected: 0, drainable: false },
		decision: { action: 'keep', reason: 'still_active', detail: '1 render session' },
	},
	'idle, with work that only the app knows of': {
		sessions: { ...nobody, drainable: false, inUse: { requests: 0, streams: 0, websockets: 0, jobs: 1 } },
		decision: { action: 'keep', reason: 'still_active', detail: '1 job' },
	},
	'one whose open socket the app knows to be of a tab that is held': {
		activity: { sockets: 1 },
		sessions: {
			...{ reachable: true, total: 1, connected: 1, drainable: false },
			tabs: { busy: 0, idle: 0, hidden: 0, held: 1 },
			inUse: { requests: 0, streams: 0, websockets: 0, jobs: 0 },
		},
		decision: { action: 'keep', reason: 'still_active', detail: '1 tab held' },
	},
	'one whose app knows of nothing that the router sees': {
		activity: { sockets: 1 },
		sessions: { ...nobody, inUse: { requests: 0, streams: 0, websockets: 0, jobs: 0 } },
		decision: { action: 'keep', reason: 'still_active', detail: '1 socket' },
	},
	'an app that objects': {
		sessions: { reachable: true, total: 0, connected: null, drainable: false },
		decision: { action: 'keep', reason: 'still_active' },
	},
	'an open socket, seen long ago': {
		record: { lastSeenAt: ago(900) },
		activity: { sockets: 2, inFlight: 1 },
		sessions: nobody,
		decision: { action: 'keep', reason: 'still_active', detail: '2 sockets, 1 request' },
	},
	'a request in flight': {
		activity: { inFlight: 1 },
		sessions: nobody,
		decision: { action: 'keep', reason: 'still_active', detail: '1 request' },
	},
	'unreachable is kept until the maximum age': {
		sessions: gone,
		decision: { action: 'keep', reason: 'unreachable', detail: 'connect ECONNREFUSED', until: ago(3_600) + 86_400 * S },
	},
	'at the maximum age, unasked, whoever is there': {
		record: { drainStartedAt: ago(86_400), lastSeenAt: NOW },
		activity: { sockets: 9 },
		decision: { action: 'delete', reason: 'max_drain_age' },
	},
	'one second before the maximum age': {
		record: { drainStartedAt: ago(86_399) },
		activity: { sockets: 9 },
		decision: { action: 'keep', reason: 'still_active', until: NOW + 1 * S },
	},
	'draining since 1970, which is a time': {
		record: { drainStartedAt: 0 },
		decision: { action: 'delete', reason: 'max_drain_age' },
	},
	'draining without a date has only just begun': {
		record: { drainStartedAt: null },
		sessions: nobody,
		decision: { action: 'keep', reason: 'grace', until: NOW + 60 * S },
	},
	'a container app on which the routers see nobody is not asked': {
		record: { container },
		decision: { action: 'delete', reason: 'drainable' },
	},
	'a container app of which tabs were seen lately': {
		record: { container },
		activity: { tabs: 2, lastSeenAt: ago(600) },
		decision: { action: 'keep', reason: 'still_active', detail: '2 tabs' },
	},
	'a container app while no router says who is there, or one is too old to count tabs': {
		record: { container },
		tabsWholeAt: null,
		decision: { action: 'keep', reason: 'unreachable', detail: 'not every router says who is there' },
	},
	'a container app while a router began so lately that a hidden tab may not have told it': {
		record: { container },
		tabsWholeAt: NOW + 60_000,
		decision: { action: 'keep', reason: 'unreachable', until: NOW + 60_000 },
	},
	'a container app at the maximum age, whoever is there': {
		record: { container, drainStartedAt: ago(86_400) },
		activity: { tabs: 2, sockets: 2 },
		decision: { action: 'delete', reason: 'max_drain_age' },
	},
	'kept to go back to, and not asked, although it is drained': {
		rollbackUntil: NOW + 1 * S,
		decision: { action: 'keep', reason: 'rollback_window', until: NOW + 1 * S },
	},
	'kept to go back to beyond the maximum age': {
		record: { drainStartedAt: ago(86_400) },
		policy: { rollbackWindowMs: 86_401 * S },
		sessions: nobody,
		rollbackUntil: NOW + 1 * S,
		decision: { action: 'keep', reason: 'rollback_window', until: NOW + 1 * S },
	},
	'kept to go back to beyond the maximum age, and in use': {
		record: { drainStartedAt: ago(86_400) },
		policy: { rollbackWindowMs: 86_401 * S },
		activity: { sockets: 9 },
		rollbackUntil: NOW + 1 * S,
		decision: { action: 'keep', reason: 'still_active', detail: '9 sockets', until: NOW + 1 * S },
	},
	'kept to go back to, and in use': {
		activity: { sockets: 1 },
		rollbackUntil: NOW + 1 * S,
		decision: { action: 'keep', reason: 'still_active', detail: '1 socket', until: ago(3_600) + 86_400 * S },
	},
	'kept to go back to until now': {
		rollbackUntil: NOW,
		sessions: nobody,
		decision: { action: 'delete', reason: 'drainable' },
	},
	'kept to go back to, and left half deleted': {
		record: { state: 'retiring' },
		rollbackUntil: NOW + 1 * S,
		decision: { action: 'delete', reason: 'retiring' },
	},
	'recalled, and in use: kept until the last call is over': {
		record: { departure: { by: NOW + 60 * S, recalled: true, saidAt: ago(60) } },
		activity: { sockets: 1 },
		decision: { action: 'keep', reason: 'still_active', detail: '1 socket', until: NOW + 105 * S },
	},
	'recalled, and nobody left': {
		record: { departure: { by: NOW + 60 * S, recalled: true, saidAt: ago(60) } },
		sessions: nobody,
		decision: { action: 'delete', reason: 'drainable' },
	},
	'recalled, its time over, the last call not': {
		record: { departure: { by: ago(44), recalled: true, saidAt: ago(600) } },
		activity: { sockets: 1 },
		decision: { action: 'keep', reason: 'still_active', until: NOW + 1 * S },
	},
	'recalled, and still in use after the last call': {
		record: { departure: { by: ago(45), recalled: true, saidAt: ago(600) } },
		activity: { sockets: 1 },
		decision: { action: 'delete', reason: 'recalled' },
	},
	'recalled, and unreachable after the last call': {
		record: { departure: { by: ago(45), recalled: true, saidAt: ago(600) } },
		sessions: gone,
		decision: { action: 'delete', reason: 'recalled' },
	},
	'drained by a time that is over': {
		record: { departure: { by: ago(45), recalled: false, saidAt: ago(600) } },
		activity: { sockets: 1 },
		decision: { action: 'delete', reason: 'drain_deadline' },
	},
	'drained by a time that is over, and kept to go back to': {
		record: { departure: { by: ago(45), recalled: false, saidAt: ago(600) } },
		rollbackUntil: NOW + 1 * S,
		decision: { action: 'keep', reason: 'rollback_window', until: NOW + 1 * S },
	},
	'to be left, and that taken back': {
		record: { departure: { by: null, recalled: false, saidAt: ago(600) } },
		activity: { sockets: 1 },
		decision: { action: 'keep', reason: 'still_active', until: ago(3_600) + 86_400 * S },
	},
	'left half deleted by an earlier run': {
		record: { state: 'retiring' },
		activity: { sockets: 1 },
		decision: { action: 'delete', reason: 'retiring' },
	},
};

describe('what the janitor does with a deployment (R9.7, R9.8)', () => {
	for (const [name, { record, activity, sessions = null, decision, policy, ...rest }] of Object.entries(cases)) {
		it(name, () => {
			const facts = {
				record: {
					id: 'a',
					serviceName: 's',
					state: 'draining',
					drainStartedAt: ago(3_600),
					lastSeenAt: null,
					...record,
				},
				activity: activity ? { id: 'a', lastSeenAt: null, inFlight: 0, sockets: 0, requestRate: 0, ...activity } : null,
				sessions,
				tabsWholeAt: NOW,
				rollbackUntil: null,
				...rest,
			} as const;
			expect(decide(facts, { ...POLICY, ...policy }, NOW)).toMatchObject({ id: 'a', ...decision });
		});
	}

	it('goes by the policy: no grace at all deletes at once', () => {
		const record = { id: 'a', serviceName: 's', state: 'draining', drainStartedAt: NOW, lastSeenAt: NOW } as const;
		const facts = { record, activity: null, sessions: nobody, tabsWholeAt: null, rollbackUntil: null };
		expect(decide(facts, { ...POLICY, drainGraceMs: 0 }, NOW)).toMatchObject({ action: 'delete' });
	});
});
