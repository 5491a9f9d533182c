import { departureText } from 'pulse-deploy-kit/departure';
import { describe, expect, it } from 'vitest';
import type { RoutingSnapshot } from '../deployments/record.ts';
import { type LeaveFacts, type LeaveIntent, planLeave } from './leave.ts';
import { planPromote, previousActive } from './promote.ts';
import { LONG_AGO, live, NOW, record, stack } from './testing/stack.ts';
import { leftText, whoIsLeft } from './who-is-left.ts';

const kinds = ({ steps }: { steps: readonly { kind: string }[] }) => steps.map(({ kind }) => kind);
const CUT_OVER = ['verify-affinity', 'commit-active', 'promote', 'verify-active'];
const left = { pages: 3, busy: 1, idle: 2, hidden: 0, held: null, sockets: 1, requests: 0 };

function facts(snapshot: RoutingSnapshot, more: Partial<LeaveFacts> = {}): LeaveFacts {
	const active = snapshot.activeId ?? undefined;
	return {
		observation: stack({ backends: ['a', 'b'], ...(active === undefined ? {} : { active }) }),
		live: snapshot,
		sessions: 3,
		serviceName: 'a',
		routerService: 'pulse-router',
		left,
		now: NOW,
		routerKnows: true,
		...more,
	};
}

const usual: LeaveIntent = {
	verb: 'recall',
	id: 'a',
	time: { withinSeconds: 600 },
	isUsual: true,
	timeText: 'within 10m',
	flag: '',
};
const drain: LeaveIntent = { ...usual, verb: 'drain', time: { at: NOW + 1 }, isUsual: false, flag: '--by 2h' };
const draining = live({ a: 'draining', b: 'active' });
const recalled = (by: number) => ({ by, recalled: true, saidAt: NOW - 60_000 });
const said = (by: number) =>
	live(
		{},
		{ activeId: 'b', deployments: [record('a', 'draining', { departure: recalled(by) }), record('b', 'active')] },
	);

describe('recalling (R8.6)', () => {
	it('says it durably and live, then tells the pages, and asks first', () => {
		const { plan, activeId, deletes } = planLeave(facts(draining), usual);
		expect(kinds(plan)).toEqual(['depart', 'hurry']);
		expect(plan.steps[0]).toMatchObject({ time: { withinSeconds: 600 }, recalled: true, service: 'a' });
		expect(plan.sessions).toMatchObject({ count: 4, end: true, text: 'On it: 3 pages (1 busy, 2 idle), 1 socket' });
		expect(plan.facts[0]).toBe('Its pages move to b when that harms nobody, within 10m at the latest');
		expect([activeId, deletes, plan.resume]).toEqual(['b', false, 'pulse-railway recall a --service pulse-router']);
	});
	it('the active one goes back to the one before in the same plan', () => {
		const { plan, activeId, rolledBack } = planLeave(facts(live({ a: 'active', b: 'draining' })), usual);
		expect(kinds(plan)).toEqual([...CUT_OVER, 'depart', 'hurry']);
		expect([plan.title, activeId, rolledBack]).toEqual(['Roll back to b and recall a', 'b', true]);
	});
	it('the active one with nothing to go back to is refused, with what to do', () => {
		const alone = facts(live({ a: 'active' }));
		expect(() => planLeave(alone, usual)).toThrow('there is no earlier deployment to roll back to');
	});
	it('--now deletes, the active one once it is rolled back', () => {
		const now: LeaveIntent = { ...usual, time: 'now', isUsual: false, flag: '--now' };
		const DELETE = ['retire', 'delete-services', 'remove-record'];
		expect(planLeave(facts(draining), now)).toMatchObject({ deletes: true, plan: { title: 'Recall a now' } });
		expect(kinds(planLeave(facts(live({ a: 'active', b: 'draining' })), now).plan)).toEqual([...CUT_OVER, ...DELETE]);
	});
	it('again tells the pages again and keeps the time; another time changes it', () => {
		const again = planLeave(facts(said(NOW + 60_000)), usual);
		expect(kinds(again.plan)).toEqual(['hurry']);
		expect(again.departure).toMatchObject({ by: NOW + 60_000 });
		const other = planLeave(facts(said(NOW + 60_000)), { ...usual, isUsual: false });
		expect(kinds(other.plan)).toEqual(['depart', 'hurry']);
	});
	it('again when the time is over deletes it: the janitor did not come', () => {
		const { plan, deletes } = planLeave(facts(said(NOW - 1)), usual);
		expect([plan.title, deletes]).toEqual(['Delete a, whose recall is over', true]);
	});
	it('--cancel takes it back, once', () => {
		const back: LeaveIntent = { ...usual, time: 'back', isUsual: false, flag: '--cancel' };
		const { plan } = planLeave(facts(said(NOW + 60_000)), back);
		expect(plan.steps).toMatchObject([{ kind: 'depart', time: null }, { kind: 'hurry' }]);
		expect(planLeave(facts(draining), back).plan.steps).toEqual([]);
		expect(planLeave(facts(live({ a: 'active' })), back).plan.steps).toEqual([]);
	});
	it('--cancel also takes back what a command that was killed has written on Railway alone', () => {
		const back: LeaveIntent = { ...usual, time: 'back', isUsual: false, flag: '--cancel' };
		const written = (saidAt: number) => {
			const services = facts(draining).observation.services.map((one) => {
				if (one.name !== 'a') return one;
				const PULSE_RAILWAY_DEPARTURE = departureText({ by: NOW + 60_000, recalled: true, saidAt });
				return { ...one, variables: { ...one.variables, PULSE_RAILWAY_DEPARTURE } };
			});
			return facts(draining, { observation: { ...facts(draining).observation, services } });
		};
		expect(planLeave(written(NOW - 1_000), back).plan.steps).toMatchObject([
			{ kind: 'depart', time: null },
			{ kind: 'hurry' },
		]);
		// What was said before it last began to drain counts for nothing.
		expect(planLeave(written(LONG_AGO - 1), back).plan.steps).toEqual([]);
		const again = planLeave(written(NOW - 1_000), usual);
		expect(kinds(again.plan)).toEqual(['depart', 'hurry']);
		expect(planPromote({ ...written(NOW - 1_000), activeSessions: 0 }, 'a').facts).toContain(
			'a was recalled: that is taken back',
		);
	});
	it('the active one is not rolled back to itself where the promotion of another was interrupted', () => {
		const halfway = facts(live({ a: 'active', b: 'draining', c: 'pending' }), {
			observation: stack({ active: 'c', backends: ['a', 'b', 'c'] }),
		});
		expect(() => planLeave(halfway, usual)).toThrow('the promotion of c was interrupted');
	});
	it('one that nobody was sent to, or that is gone, is refused', () => {
		expect(() => planLeave(facts(live({ a: 'pending', b: 'active' })), usual)).toThrow('nobody to move from a');
		expect(() => planLeave(facts(live({ b: 'active' })), usual)).toThrow('the router sends nobody there');
		expect(() => planLeave(facts(draining), { ...usual, id: 'z' })).toThrow('service a not found');
		expect(planLeave(facts(live({ a: 'retiring', b: 'active' })), usual).plan.steps).toEqual([]);
	});
	it('an older router is refused, and --now still works', () => {
		const older = facts(draining, { routerKnows: false });
		expect(() => planLeave(older, usual)).toThrow('the router is of an older version');
		expect(planLeave(older, { ...usual, time: 'now' }).deletes).toBe(true);
	});
	it('a janitor of another version is named, with what to do in the end', () => {
		const { observation } = facts(draining);
		const imaged = observation.services.map((one) => {
			if (one.name === 'pulse-router') return { ...one, settings: { image: 'ghcr.io/x/router:0.2.0' } };
			if (one.name !== 'pulse-janitor') return one;
			return { ...one, settings: { image: 'ghcr.io/x/janitor:0.1.0', cronSchedule: '*/5 * * * *' } };
		});
		const { plan } = planLeave(facts(draining, { observation: { ...observation, services: imaged } }), usual);
		expect(plan.warnings.join()).toContain('(0.1.0, 0.2.0)');
	});
	it('one whose promotion was interrupted is told to go back first', () => {
		const halfway = facts(live({ a: 'pending', b: 'active' }), {
			observation: stack({ active: 'a', backends: ['a', 'b'] }),
		});
		expect(() => planLeave(halfway, usual)).toThrow('the promotion of a was interrupted');
	});
});

describe('draining by a time (R8.7)', () => {
	it('is of one that drains; the active one is refused', () => {
		expect(planLeave(facts(draining), drain).plan.steps[0]).toMatchObject({ time: { at: NOW + 1 }, recalled: false });
		expect(() => planLeave(facts(live({ a: 'active', b: 'draining' })), drain)).toThrow('is the active one');
	});
	it('of a recalled one gives it another time, and it stays recalled', () => {
		expect(planLeave(facts(said(NOW + 60_000)), drain).plan.steps[0]).toMatchObject({ recalled: true });
	});
});

describe('going back (R8.6)', () => {
	const where = {
		routerService: 'pulse-router',
		activeSessions: 0,
		observation: stack({ active: 'b', backends: ['a', 'b'] }),
	};

	it('to a recalled one takes the recall back, and says so', () => {
		const { facts, steps } = planPromote({ ...where, live: said(NOW + 60_000) }, 'a');
		expect(facts).toContain('a was recalled: that is taken back');
		expect(steps.map(({ kind }) => kind)).toEqual([...CUT_OVER, 'set-variables', 'hurry']);
		expect(JSON.stringify(steps.at(-2))).toContain('stays said');
	});
	it('without an id never chooses a recalled one', () => {
		expect(() => previousActive({ ...where, live: said(NOW + 60_000) })).toThrow('a, was recalled');
	});
});

describe('who is left', () => {
	const status = { sessions: {}, activity: [], snapshot: draining };

	it('is told by state where pages tell, in words that read', () => {
		const container = { affinity: 'tab', healthPath: '/', port: 1 } as const;
		const snapshot = live({}, { activeId: null, deployments: [record('a', 'draining', { container })] });
		const activity = [
			{ id: 'a', lastSeenAt: 1, inFlight: 1, sockets: 0, requestRate: 0, tabs: 4, tabsBy: { held: 1, hidden: 1 } },
		];
		const tabs = whoIsLeft({ ...status, snapshot, activity }, 'a');
		expect(tabs).toEqual({ pages: 4, busy: null, idle: 2, hidden: 1, held: 1, sockets: 0, requests: 1 });
		expect(leftText(tabs)).toBe('4 pages (1 held, 2 idle, 1 hidden), 1 request in flight');
		const told = { busy: 0, idle: 0, hidden: 1, held: 1 };
		const sessions = { a: { reachable: true, total: 2, connected: 2, drainable: false, tabs: told } } as const;
		expect(leftText(whoIsLeft({ ...status, sessions }, 'a'))).toBe('2 pages (1 held, 1 hidden)');
		expect(leftText(whoIsLeft(status, 'a'))).toBe('an unknown number of pages');
		expect(leftText({ ...tabs, pages: 0, requests: 0 })).toBe('nobody');
	});
});
