import { describe, expect, test } from 'vitest';
import type { Deployment } from '../deployments/deployment.ts';
import { type LeaveIntent, planLeave } from './leave.ts';
import type { Fleet } from './observation.ts';
import { planRollback } from './rollback.ts';
import { deployment } from './testing/deployment.ts';

const NOW = 1_000_000_000;
const active = deployment('new', { state: 'active', drainStartedAt: null });
const fleet = (...deployments: readonly Deployment[]): Fleet => ({
	traffic: { defaultTargetGroupArn: 'tg/new', defaultCertificateArn: 'cert', rules: [] },
	deployments: [...deployments, active],
	strays: [],
	limits: null,
});
const usual: LeaveIntent = {
	verb: 'recall',
	id: 'old',
	time: { withinSeconds: 600 },
	isUsual: true,
	timeText: 'within 10m',
	flag: '',
};
const drain: LeaveIntent = { ...usual, verb: 'drain', time: { at: NOW + 1 }, isUsual: false, flag: '--by 2h' };
const said = (by: number) => deployment('old', { departure: { by, recalled: true, saidAt: NOW - 60_000 } });
const planned = (seen: Fleet, intent: LeaveIntent) =>
	planLeave({ name: 'prod', fleet: seen, left: { render_sessions: 3, held: 1 }, now: NOW }, intent);
const kinds = ({ plan }: { plan: { steps: readonly { kind: string }[] } }) => plan.steps.map(({ kind }) => kind);
const CUT_OVER = ['bring-back', 'await-health', 'verify-affinity', 'switch', 'confirm', 'mark-active', 'mark-draining'];

describe('recalling (A10.7)', () => {
	test('tells its tasks by when its pages are to move, and who is left', () => {
		const leaving = planned(fleet(deployment('old')), usual);
		expect(leaving.plan.steps).toMatchObject([{ kind: 'depart', time: { withinSeconds: 600 }, recalled: true }]);
		expect(leaving.plan.sessions).toEqual({ count: 3, text: 'On it: 1 tab held, 2 render sessions', end: true });
		expect(leaving.plan.facts[0]).toBe('Its pages move to new when that harms nobody, within 10m at the latest');
		expect(leaving.plan.resume).toBe('pulse-aws recall old --deployment-name prod');
	});
	test('the active one goes back to the one before in the same plan, or says that there is none', () => {
		const leaving = planned(fleet(deployment('old')), { ...usual, id: 'new' });
		expect(kinds(leaving)).toEqual([...CUT_OVER, 'depart']);
		expect([leaving.plan.title, leaving.rolledBack, leaving.active.id]).toEqual([
			'roll back to old and recall new',
			true,
			'old',
		]);
		expect(() => planned(fleet(), { ...usual, id: 'new' })).toThrow('No earlier deployment is running any more.');
	});
	test('--now tells the pages at once and ends the tasks', () => {
		const now: LeaveIntent = { ...usual, time: 'now', isUsual: false, flag: '--now' };
		expect(kinds(planned(fleet(deployment('old')), now))).toEqual(['depart', 'end-tasks']);
	});
	test('again keeps its time; another one changes it; when it is over the tasks end: the reaper did not come', () => {
		expect(kinds(planned(fleet(said(NOW + 1)), usual))).toEqual([]);
		expect(kinds(planned(fleet(said(NOW + 1)), { ...usual, isUsual: false }))).toEqual(['depart']);
		const over = planned(fleet(said(NOW)), usual);
		expect([kinds(over), over.ends]).toEqual([['end-tasks'], true]);
	});
	test('--cancel takes it back, once', () => {
		const back: LeaveIntent = { ...usual, time: 'back', isUsual: false, flag: '--cancel' };
		expect(planned(fleet(said(NOW + 1)), back).plan.steps).toMatchObject([{ kind: 'depart', time: null }]);
		expect(kinds(planned(fleet(deployment('old')), back))).toEqual([]);
		expect(kinds(planned(fleet(), { ...back, id: 'new' }))).toEqual([]);
	});
	test('one that is not there, was never active, or is being ended', () => {
		expect(() => planned(fleet(), usual)).toThrow("deployment 'old' not found");
		expect(() => planned(fleet(deployment('old', { state: 'deploying' })), usual)).toThrow('was never active');
		expect(kinds(planned(fleet(deployment('old', { desired: 0 })), usual))).toEqual([]);
		expect(() => planned({ ...fleet(), traffic: { ...fleet().traffic, defaultTargetGroupArn: null } }, usual)).toThrow(
			'no deployment is active',
		);
	});
});

describe('draining by a time (A10.7)', () => {
	test('is of one that drains; one that was recalled stays so; the active one is refused', () => {
		expect(planned(fleet(deployment('old')), drain).plan.steps).toMatchObject([{ recalled: false }]);
		expect(planned(fleet(said(NOW + 1)), drain).plan.steps).toMatchObject([{ recalled: true }]);
		expect(() => planned(fleet(deployment('old')), { ...drain, id: 'new' })).toThrow('new is active');
	});
});

test('a rollback does not choose a recalled one by itself; to one that is named it says what it takes back (A10.7)', () => {
	expect(() => planRollback(fleet(said(NOW + 1)), null, NOW)).toThrow('The only earlier deployment, old, was recalled');
	expect(planRollback(fleet(said(NOW + 1), deployment('older', { drainStartedAt: 1 })), null, NOW).id).toBe('older');
	expect(planRollback(fleet(said(NOW + 1)), 'old', NOW).facts).toEqual(['old was recalled: that is taken back']);
});
