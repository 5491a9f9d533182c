import { agreedText } from 'pulse-deploy-kit/plan/render';
import { describe, expect, it } from 'vitest';
import { planDelete } from './delete.ts';
import { planPromote, previousActive } from './promote.ts';
import { planRedeploy } from './redeploy.ts';
import { live, NOW, record, stack } from './testing/stack.ts';

const kinds = ({ steps }: { steps: readonly { kind: string }[] }) => steps.map(({ kind }) => kind);
const CUT_OVER = ['verify-affinity', 'commit-active', 'promote', 'verify-active'];
const where = { routerService: 'pulse-router', activeSessions: 2 };

describe('promoting', () => {
	const observation = stack({ active: 'b', backends: ['a', 'b', 'c'] });

	it('a draining deployment is the cut-over alone', () => {
		expect(kinds(planPromote({ ...where, observation, live: live({ a: 'draining', b: 'active' }) }, 'a'))).toEqual(
			CUT_OVER,
		);
	});
	it('gives up on one that does not answer while there is time to try another', () => {
		const { steps } = planPromote({ ...where, observation, live: live({ a: 'draining', b: 'active' }) }, 'a');
		expect(steps[0]).toMatchObject({ kind: 'verify-affinity', budgetSeconds: 30 });
	});
	it('one that the router does not know registers it first', () => {
		expect(kinds(planPromote({ ...where, observation, live: live({ b: 'active' }) }, 'c'))).toEqual([
			'register',
			...CUT_OVER,
		]);
	});
	it('after the store lost its data restores all first, so that nobody is taken for a leftover', () => {
		const [restore, ...rest] = planPromote({ ...where, observation, live: live() }, 'a').steps;
		expect(restore).toMatchObject({
			kind: 'reconcile',
			truth: { activeId: 'b', services: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] },
		});
		expect(rest.map(({ kind }) => kind)).toEqual(CUT_OVER);
	});
	it('the active one is nothing to do', () => {
		expect(planPromote({ ...where, observation, live: live({ b: 'active' }) }, 'b').steps).toEqual([]);
	});
	it('one whose promotion was interrupted finishes it', () => {
		expect(kinds(planPromote({ ...where, observation, live: live({ a: 'active', b: 'pending' }) }, 'b'))).toEqual(
			CUT_OVER,
		);
	});
	it('one that is being deleted, or is gone, is refused', () => {
		const facts = { ...where, observation, live: live({ a: 'retiring', b: 'active' }) };
		expect(() => planPromote(facts, 'a')).toThrow("deployment 'a' is being deleted");
		expect(() => planPromote(facts, 'z')).toThrow("deployment 'z' not found");
	});
});

describe('rolling back', () => {
	const observation = stack({ active: 'c', backends: ['a', 'b', 'c'] });
	const previous = (...args: Parameters<typeof live>) => previousActive({ ...where, observation, live: live(...args) });

	it('goes to the one that began to drain last', () => {
		const deployments = [
			record('a', 'draining', { drainStartedAt: NOW - 1000 }),
			record('b', 'draining', { drainStartedAt: NOW - 9000 }),
			record('c', 'active'),
		];
		expect(previous({}, { deployments, activeId: 'c' })).toBe('a');
	});
	it('passes over one whose service is gone or is being deleted', () => {
		expect(previous({ gone: 'draining', a: 'retiring', b: 'draining', c: 'active' })).toBe('b');
	});
	it('takes an interrupted deploy back, and finishes an interrupted rollback', () => {
		const halfway = (active: string, states: Parameters<typeof live>[0]) =>
			previousActive({ ...where, observation: stack({ active, backends: ['a', 'b', 'c'] }), live: live(states) });
		expect(halfway('c', { a: 'draining', b: 'active', c: 'pending' })).toBe('b');
		expect(halfway('a', { a: 'draining', b: 'active' })).toBe('a');
	});
	it('never offers the active one where nothing durable says that it is active', () => {
		const unwritten = { ...where, observation: stack({ backends: ['a', 'b'] }) };
		expect(previousActive({ ...unwritten, live: live({ a: 'draining', b: 'active' }) })).toBe('a');
		expect(() => previousActive({ ...unwritten, live: live({ b: 'active' }) })).toThrow('no earlier deployment');
	});
	it('needs somebody to go to', () => {
		expect(() => previous({ c: 'active' })).toThrow('there is no earlier deployment to roll back to');
	});
});

describe('deleting (decision 10)', () => {
	const facts = (states: Parameters<typeof live>[0], backends = ['a', 'b'], active: string | undefined = 'b') => ({
		observation: stack({ backends, ...(active === undefined ? {} : { active }) }),
		live: live(states),
		sessions: 4,
		serviceName: 'a',
		routerService: 'pulse-router',
	});

	it('stops routing, then deletes the service, then the record', () => {
		const plan = planDelete(facts({ a: 'draining', b: 'active' }), 'a');
		expect(kinds(plan)).toEqual(['retire', 'delete-services', 'remove-record']);
		expect(plan.sessions?.text).toContain('4 live sessions');
	});
	it('counts what holds it beside sessions, and is asked about again when there is some at last (decision 21)', () => {
		const states = facts({ a: 'draining', b: 'active' });
		const plan = (sessions: number | null, sockets: number, requests: number) =>
			planDelete({ ...states, sessions, open: { sockets, requests } }, 'a');
		expect(plan(0, 0, 2).sessions).toMatchObject({ count: 2, end: true });
		expect(plan(0, 0, 2).sessions?.text).toContain('0 live sessions and 2 requests in flight');
		expect(plan(1, 1, 1).sessions?.text).toContain('1 live session, 1 open socket and 1 request in flight');
		expect(plan(null, 3, 0).sessions?.text).toContain('an unknown number of live sessions and 3 open sockets');
		expect(plan(null, 0, 0).sessions?.count).toBeNull();
		expect(agreedText(plan(0, 0, 0))).not.toBe(agreedText(plan(0, 0, 1)));
		expect(agreedText(plan(0, 1, 1))).toBe(agreedText(plan(2, 0, 0)));
	});
	it('finishes what was begun', () => {
		expect(kinds(planDelete(facts({ a: 'retiring', b: 'active' }, ['b']), 'a'))).toEqual(['retire', 'remove-record']);
		expect(kinds(planDelete(facts({ b: 'active' }), 'a'))).toEqual(['delete-services']);
	});
	it('a pending one forgets it first: it cannot retire', () => {
		expect(kinds(planDelete(facts({ a: 'pending', b: 'active' }), 'a'))).toEqual(['remove-record', 'delete-services']);
	});
	it('the active one is refused, whichever truth says so (R8.4)', () => {
		expect(() => planDelete(facts({ a: 'draining', b: 'active' }), 'b')).toThrow("deployment 'b' is the active one");
		expect(() => planDelete(facts({ a: 'active', b: 'pending' }), 'b')).toThrow('active');
		expect(() => planDelete(facts({ a: 'active', b: 'pending' }), 'a')).toThrow('active');
	});
	it('is refused while nobody knows who is active', () => {
		const nobody = { ...facts({ a: 'pending' }), observation: stack({ backends: ['a'] }) };
		expect(() => planDelete(nobody, 'a')).toThrow('no deployment is active');
	});
	it('of something that is not there names the service (R8.3)', () => {
		expect(() => planDelete({ ...facts({ b: 'active' }), serviceName: 'x-z' }, 'z')).toThrow('service x-z not found');
	});
});

it('redeploying waits for health, with its own words on failure (R8.5)', () => {
	const plan = planRedeploy(
		{ observation: stack({ backends: ['a'] }), sessions: 1, routerService: 'pulse-router' },
		'a',
	);
	expect(kinds(plan)).toEqual(['deploy', 'await-deployments']);
	const used = { observation: stack({ backends: ['a'] }), sessions: 0, open: { sockets: 2, requests: 0 } };
	expect(planRedeploy({ ...used, routerService: 'pulse-router' }, 'a').sessions?.text).toContain(
		'0 live sessions and 2 open sockets',
	);
	expect(plan.steps[1]).toMatchObject({ failures: { a: 'backend redeployment failed' } });
});
