import { describe, expect, it } from 'vitest';
import type { ControlStatus } from '../control/status.ts';
import { previewing } from '../deployments/record.ts';
import { routerFacts } from '../stack/baseline.ts';
import { renderStatus } from './render-status.ts';
import { unknownBackends } from './settle.ts';
import { stackReport } from './stack-report.ts';
import { LONG_AGO, live, NOW, record, stack } from './testing/stack.ts';

const policy = { drainGraceMs: 60_000, maxDrainAgeMs: 86_400_000, rollbackWindowMs: 0, rollbackKeep: 1 };

const EMPTY = {
	now: NOW,
	activity: [],
	replicas: [{ replicaId: 'r', at: NOW, revision: 7 }],
	tabsWholeAt: NOW,
	sessions: {},
	locks: { deploy: null, janitor: null },
};

function report(
	states: Parameters<typeof live>[0],
	more: Partial<ControlStatus> = {},
	active = 'b',
	backends = ['a', 'b'],
) {
	const observation = stack({ active, backends });
	const status: ControlStatus = { ...EMPTY, snapshot: live(states), ...more };
	return stackReport(observation, status, routerFacts(observation, 'pulse-router'), policy);
}

describe('the status', () => {
	it('says who is on each deployment and what the janitor would do next', () => {
		const { deployments, ...rest } = report(
			{ a: 'draining', b: 'active' },
			{
				activity: [{ id: 'a', lastSeenAt: NOW, inFlight: 1, sockets: 2, requestRate: 0.25 }],
				sessions: { a: { reachable: true, total: 5, connected: 2, drainable: false } },
			},
		);
		expect(rest).toMatchObject({ active_deployment: 'b', durable_active_deployment: 'b', router_replicas: 1 });
		expect(deployments.map(({ deployment_id }) => deployment_id)).toEqual(['b', 'a']);
		expect(deployments[1]).toMatchObject({
			state: 'draining',
			sessions: 5,
			sockets: 2,
			requests_in_flight: 1,
			requests_per_second: 0.3,
			drain_started_at: LONG_AGO / 1000,
			janitor: { action: 'keep', reason: 'still_active', detail: '2 sockets, 1 request' },
		});
	});

	it('says where a rollback goes, what runs there, and what failed as far as the routers tell', () => {
		const asked = { lastSeenAt: NOW, inFlight: 0, sockets: 0, requestRate: 2 };
		const { rollback_target, services, deployments } = report(
			{ a: 'draining', b: 'active' },
			{
				activity: [
					{ ...asked, id: 'b', failureRate: 0.25 },
					{ ...asked, id: 'a' },
				],
			},
		);
		expect(rollback_target).toBe('a');
		expect(services.map(({ service_name, role }) => `${service_name} ${role}`)).toEqual(
			expect.arrayContaining(['pulse-router router', 'a deployment', 'pulse-janitor service']),
		);
		expect(deployments.map(({ failures_per_second }) => failures_per_second)).toEqual([0.3, null]);
		expect(report({ b: 'active' }).rollback_target).toBeNull();
	});

	it('shows a preview by its name, and until when it stays (R8.12)', () => {
		const preview = { name: 'pr-12', until: NOW + 3 * 86_400_000 };
		const snapshot = live(
			{},
			{ activeId: 'b', deployments: [record('a', 'draining', previewing(preview)), record('b', 'active')] },
		);
		const seen = report({}, { snapshot });
		expect(seen.deployments[1]).toMatchObject({
			state: 'preview',
			preview: { name: 'pr-12', until: preview.until / 1000 },
			janitor: { action: 'keep', reason: 'preview' },
		});
		expect(renderStatus(seen, NOW)).toMatch(/a +preview .*keep \(preview: pr-12, 3d left\)/);
	});

	it('shows who is left on a recalled one, by when it is gone, and that the janitor has not come (R8.6)', () => {
		const departure = { by: NOW + 600_000, recalled: true, saidAt: NOW };
		const snapshot = live(
			{},
			{
				activeId: 'b',
				deployments: [record('a', 'draining', { departure }), record('b', 'active')],
			},
		);
		const tabs = { busy: 1, idle: 1, hidden: 0, held: 0 };
		const sessions = { a: { reachable: true, total: 2, connected: 2, drainable: false, tabs } } as const;
		const seen = report({}, { snapshot, sessions });
		expect(seen.deployments[1]).toMatchObject({
			recalled: true,
			leave_by: (NOW + 600_000) / 1000,
			tab_states: tabs,
			rollback_until: null,
		});
		expect(renderStatus(seen, NOW)).toMatch(/recalled, 2 pages \(1 busy, 1 idle\) left, gone by \d\d:\d\d \(/);
		expect(renderStatus(seen, NOW + 2_000_000)).toContain('the janitor has not come: pulse-railway recall a');
		expect(JSON.stringify(report({ b: 'active' }).deployments[0])).toContain('"leave_by":null');
	});

	it('counts by reason what an app says, and the tabs that are held', () => {
		const tabs = { busy: 1, idle: 0, hidden: 0, held: 2 };
		const inUse = { requests: 0, streams: 1, websockets: 0, jobs: 1 };
		const said = {
			reachable: true,
			total: 5,
			connected: 4,
			drainable: false,
			tabs,
			heldReasons: ['unsaved draft'],
			inUse,
		} as const;
		const all = report({ a: 'draining', b: 'active' }, { sessions: { a: said } });
		expect(all.deployments[1]).toMatchObject({
			...{ sessions: 5, replicas: 1, tab_states: tabs, held_reasons: ['unsaved draft'], in_use: inUse },
			janitor: { detail: '2 tabs held ("unsaved draft"), 3 render sessions, 1 stream, 1 job' },
		});
		expect(all.deployments[0]).toMatchObject({ tab_states: null, held_reasons: [], in_use: null });
		const row = renderStatus(all, NOW)
			.split('\n')
			.find((line) => line.startsWith('a '));
		expect(row).toContain('5 (2 held)');
		const three = report({ a: 'draining', b: 'active' }, { sessions: { a: { ...said, replicas: 3 } } });
		expect(renderStatus(three, NOW)).toContain('5 on 3 replicas (2 held)');
		expect(row).toContain('keep (still active: 2 tabs held ("unsaved draft"), 3 render sessions, 1 stream, 1 job');
	});

	it('shows a service without a record, and a record without a service', () => {
		const { deployments } = report({ b: 'active', gone: 'draining' }, {}, 'b', ['b', 'left']);
		expect(deployments.map(({ deployment_id, state, service_id }) => [deployment_id, state, service_id])).toEqual([
			['b', 'active', 'id-b'],
			['left', 'unregistered', 'id-left'],
			['gone', 'draining', null],
		]);
	});

	it('threatens nobody when the store has lost its data', () => {
		const detail = (states: Parameters<typeof live>[0]) =>
			report(states).deployments.map(({ janitor }) => janitor.detail);
		expect(detail({})).toEqual(Array(2).fill('the janitor or the next deploy restores it'));
		expect(detail({ b: 'active' })).toEqual([null, 'the next deploy deletes it']);
	});

	it('says of what runs and is unknown that people on it stay', () => {
		const latestDeployment = { id: 'd', status: 'SUCCESS', stopped: false, createdAt: '' } as const;
		const observed = stack({ active: 'b', backends: ['b', 'left'] });
		const services = observed.services.map((one) => (one.name === 'left' ? { ...one, latestDeployment } : one));
		const unknown = unknownBackends({ ...observed, services }, { snapshot: live({ b: 'active' }) });
		expect(unknown.map(({ id }) => id)).toEqual(['left']);
	});

	it('says what Railway knows while the router is away', () => {
		const observation = stack({ active: 'b', backends: ['a', 'b'] });
		const away = stackReport(
			observation,
			new Error('the router is away'),
			routerFacts(observation, 'pulse-router'),
			policy,
		);
		expect(away).toMatchObject({
			router_error: 'the router is away',
			active_deployment: null,
			durable_active_deployment: 'b',
		});
		expect(away.deployments.map(({ state }) => state)).toEqual(['unknown', 'unknown']);
		expect(renderStatus(away, NOW)).toContain('Railway says b is active.');
	});

	it('counts down how long a deployment stays to go back to, and says that it costs', () => {
		const observation = stack({ active: 'b', backends: ['a', 'b'] });
		const kept = { ...policy, rollbackWindowMs: NOW - LONG_AGO + 600_000 };
		const status = { ...EMPTY, snapshot: live({ a: 'draining', b: 'active' }) };
		const told = stackReport(observation, status, routerFacts(observation, 'pulse-router'), kept);
		expect(told.deployments[1]).toMatchObject({
			rollback_until: NOW / 1000 + 600,
			janitor: { reason: 'rollback_window' },
		});
		expect(renderStatus(told, NOW)).toMatch(
			/keep \(rollback window, 10m left\)\n\nKept to go back to .*: a\. Railway bills/,
		);
	});

	it('is readable: a table, times left, and attention where the truths differ', () => {
		const text = renderStatus(report({ a: 'active', b: 'pending' }), NOW);
		expect(text).toContain("Attention: the router's active deployment is a, Railway says b");
		expect(renderStatus(report({ a: 'draining', b: 'active' }), NOW)).toMatch(/^a +draining .* keep \(not asked\)/m);
		expect(renderStatus(report({}, {}, 'b', []), NOW)).toContain('No deployments yet');
	});
});
