import { describe, expect, it } from 'vitest';
import type { Canary } from '../deployments/canary.ts';
import { planCanary, planEndCanary } from './canary.ts';
import { canaryLine } from './canary-report.ts';
import { planDelete } from './delete.ts';
import { planLeave } from './leave.ts';
import { planPromote, previousActive, refuseAfterCanary } from './promote.ts';
import { settle } from './settle.ts';
import { LONG_AGO, live, NOW, record, stack } from './testing/stack.ts';

const CANARY: Canary = { id: 'two', beganAt: LONG_AGO, share: 500, sharedAt: LONG_AGO, next: [], everyMs: null };
const STATES = { one: 'active', two: 'pending' } as const;
const kinds = ({ steps }: { steps: readonly { kind: string }[] }) => steps.map(({ kind }) => kind);
const facts = (more: { canary?: Canary; canaries?: boolean } = {}) => ({
	observation: stack({ backends: ['one', 'two', 'three'], active: 'one' }),
	live: live({ ...STATES, three: 'draining' }, more.canary === undefined ? {} : { canary: more.canary }),
	routerService: 'pulse-router',
	canaries: more.canaries ?? true,
	activeSessions: 3,
});
const once = (share: number) => ({ share, next: [], everyMs: null });

describe('promote --to (R8.8)', () => {
	it('widens the canary that runs, in one live step: the durable truth stays', () => {
		const plan = planCanary(facts({ canary: CANARY }), 'two', once(2_500));
		expect(kinds(plan)).toEqual(['widen-canary']);
		expect(plan.facts).toEqual(['By now: 5 %', 'Then: 25 % of new visitors', 'Whoever has a page keeps it']);
		expect(plan.resume).toBe('pulse-railway promote two --to 25% --service pulse-router');
	});
	it('says that nothing is to do where it has that share and that schedule', () => {
		expect(planCanary(facts({ canary: CANARY }), 'two', once(500)).steps).toEqual([]);
		const scheduled = { share: 500, next: [10_000], everyMs: 600_000 };
		expect(kinds(planCanary(facts({ canary: CANARY }), 'two', scheduled))).toEqual(['widen-canary']);
	});
	it('begins one with a deployment that waits, after it has answered', () => {
		const plan = planCanary(facts(), 'two', once(500));
		expect(kinds(plan)).toEqual(['verify-affinity', 'begin-canary', 'verify-active']);
		expect(plan.steps[1]).toMatchObject({ commitPoint: true });
		expect(plan.facts[0]).toBe('A canary: 5 % of new visitors. one stays active, and whoever has a page keeps it');
	});
	it('refuses a smaller share, one that was active, one that is not there, and an older router, each with what to do', () => {
		expect(() => planCanary(facts({ canary: CANARY }), 'two', once(100))).toThrow('has 5 % already');
		expect(() => planCanary(facts(), 'three', once(500))).toThrow('three cannot be a canary: it is draining');
		expect(() => planCanary(facts(), 'nine', once(500))).toThrow("deployment 'nine' not found");
		expect(() => planCanary(facts({ canaries: false }), 'two', once(500))).toThrow('which knows no canaries');
	});
});

describe('beside a canary', () => {
	it('promote of it is the usual cut-over, unless it is halted before the write (decision 6)', () => {
		const plan = planPromote(facts({ canary: CANARY }), 'two');
		expect(kinds(plan)).toEqual(['verify-affinity', 'commit-active', 'promote', 'verify-active']);
		expect(plan.steps[1]).toMatchObject({ canary: LONG_AGO });
		expect(plan.facts).toContain('Canary now: 5 % of new visitors');
	});
	it('promote of another one, a rollback to it, and a deploy say that it ends', () => {
		const plan = planPromote(facts({ canary: CANARY }), 'three');
		expect(plan.facts).toContain(
			'Ends the canary two (5 % of new visitors): nobody new gets it, whoever is on it stays until they leave',
		);
		expect(plan.steps[1]).not.toHaveProperty('canary');
	});
	it('a rollback without an id ends it, and one after that does not go to it', () => {
		expect(kinds(planEndCanary(CANARY, 'one'))).toEqual(['end-canary', 'verify-active']);
		const ended = record('two', 'draining', { neverActive: true, drainStartedAt: NOW });
		const snapshot = live(
			{},
			{ activeId: 'one', deployments: [record('one', 'active'), ended, record('three', 'draining')] },
		);
		expect(previousActive({ ...facts(), live: snapshot })).toBe('three');
	});
	it('a rollback without an id after it has ended, halted or ended by hand, does not leave the good version', () => {
		const ended = record('two', 'draining', { neverActive: true, drainStartedAt: NOW });
		const after = (promotedAt: number, canary?: Canary) => ({
			...facts(),
			live: live(
				{},
				{
					...{
						activeId: 'one',
						promotedAt,
						deployments: [record('one', 'active'), ended, record('three', 'draining')],
					},
					...(canary === undefined ? {} : { canary }),
				},
			),
		});
		expect(() => refuseAfterCanary(after(LONG_AGO))).toThrow('the canary two has ended already: new visitors get one');
		// Another one runs, or another one was made active since.
		refuseAfterCanary(after(LONG_AGO, { ...CANARY, id: 'four' }));
		refuseAfterCanary(after(NOW));
		refuseAfterCanary(facts());
	});
	it('a rollback to the one that is active live, after an interrupted promotion of the canary, ends it', () => {
		const halfway = { ...facts({ canary: CANARY }), observation: stack({ backends: ['one', 'two'], active: 'two' }) };
		expect(kinds(planPromote(halfway, 'one'))).toContain('end-canary');
		expect(kinds(planPromote(halfway, 'two'))).not.toContain('end-canary');
	});
	it('a recall ends it and moves whoever is on it, in one plan; with --now it is deleted', () => {
		const leave = {
			...facts({ canary: CANARY }),
			sessions: 1,
			serviceName: 'two',
			left: { pages: 1, busy: 0, idle: 1, hidden: 0, held: 0, sockets: 0, requests: 0 },
			now: NOW,
			routerKnows: true,
		};
		const usual = { id: 'two', isUsual: true, timeText: 'within 10m', flag: '' };
		const recall = planLeave(leave, { ...usual, verb: 'recall', time: { withinSeconds: 600 } });
		expect([kinds(recall.plan), recall.activeId, recall.plan.title]).toEqual([
			['end-canary', 'depart', 'hurry'],
			'one',
			'End the canary and recall two',
		]);
		expect(kinds(planLeave(leave, { ...usual, verb: 'recall', time: 'now' }).plan)).toEqual([
			'end-canary',
			'retire',
			'delete-services',
			'remove-record',
		]);
		expect(planLeave(leave, { ...usual, verb: 'recall', time: 'back' }).plan.facts).toEqual([
			'two is a canary, and not recalled',
		]);
		expect(() => planLeave(leave, { ...usual, verb: 'drain', time: { at: NOW } })).toThrow('it is a canary');
	});
	it('it is not deleted, and no leftover of a killed deploy', () => {
		const { observation, live: snapshot, routerService } = facts({ canary: CANARY });
		const known = { observation, live: snapshot, sessions: 0, serviceName: 'two', routerService };
		expect(() => planDelete(known, 'two')).toThrow('it is a canary, and has visitors');
	});
});

it('without the lease that the router says it has, a canary would be cleaned up: so it says so', () => {
	const { observation, live: snapshot } = facts({ canary: CANARY });
	expect(settle(observation, snapshot, NOW).deleted).toContain('two');
});

describe('status says of a canary', () => {
	const said = {
		deployment_id: 'two',
		percent: 5,
		began_at: Date.UTC(2026, 3, 2, 12) / 1000,
		next_percent: 25,
		next_at: Date.UTC(2026, 3, 2, 12, 10) / 1000,
		requests: 40,
		failures: 1,
		active_requests: 900,
		active_failures: 9,
		verdict: 'waits',
		missing_requests: 60,
	} as const;
	const line = (more: object = {}, now = said.began_at * 1000 + 60_000) => canaryLine({ ...said, ...more }, now);

	it('its share, both sides, and what comes next', () => {
		expect(line()).toMatch(
			/^Canary two: 5 % of new visitors since \d\d:00 \(.*\); 1 of 40 requests failed, beside it 9 of 900\. At \d\d:10 \(.*\): 25 %\. 60 more requests before anything can be said\.$/,
		);
		expect(line({ verdict: 'goes-on' }, said.next_at * 1000 + 1)).toContain('Next: 25 %.');
		expect(line({ verdict: 'completes', next_percent: null, next_at: null })).toContain('pulse-railway promote two');
	});
});
