import { expect, it } from 'vitest';
import { planCutOver, planSettling } from './deploy-cut-over.ts';
import { live, NOW, stack } from './testing/stack.ts';

const standing = {
	observation: stack({ active: 'old', backends: ['old', 'new', 'dead'] }),
	live: live({ old: 'active', new: 'pending', dead: 'pending' }),
	now: NOW,
};
const SUCCESS = { id: 'd', status: 'SUCCESS', createdAt: '2026-04-02T10:00:00Z' } as never;
const titles = (steps: readonly { readonly title: string }[]) => steps.map(({ title }) => title).join('\n');

it.each([
	['holds its lease', { new: {} }],
	['lost its lease while the machine slept', {}],
	['is told by a router that knows no leases', undefined],
])('a deployment that %s is no leftover to its own cut-over, which removes what is one', (_, leases) => {
	const facts = { ...standing, ...(leases === undefined ? {} : { leases }), deploymentId: 'new', pageWhenActive: null };
	const { steps } = planCutOver(facts, 'new');
	expect(titles(steps)).toMatch(/unfinished deployment dead/);
	expect(titles(steps)).not.toMatch(/unfinished deployment new/);
	expect(steps.map(({ kind }) => kind)).toContain('commit-active');
});

it('to any other command it is one as soon as its lease has lapsed', () => {
	expect(titles(planSettling({ ...standing, leases: { new: {} } }).steps)).not.toMatch(/unfinished deployment new/);
	expect(titles(planSettling({ ...standing, leases: {} }).steps)).toMatch(/unfinished deployment new/);
});

it('whether the new one still answers is asked anew under the lock, right before visitors move', () => {
	const { steps } = planCutOver({ ...standing, leases: {}, deploymentId: 'new', pageWhenActive: null }, 'new');
	const kinds = steps.map(({ kind }) => kind);
	expect(kinds.slice(kinds.indexOf('verify-affinity'))).toEqual([
		'verify-affinity',
		'commit-active',
		'promote',
		'verify-active',
	]);
});

it('what drains already keeps its record where one that no store knew is let drain', () => {
	const backends = ['new', 'drains', 'unknown'];
	const services = stack({ backends }).services.map((one) =>
		one.name === 'unknown' ? { ...one, latestDeployment: SUCCESS } : one,
	);
	const { steps } = planCutOver(
		{
			observation: { ...stack({ active: 'gone', backends }), services },
			live: live({ gone: 'active', new: 'pending', drains: 'draining' }),
			now: NOW,
			sessions: { unknown: { reachable: true, total: 3, drainable: false, draining: false } as never },
			deploymentId: 'new',
			pageWhenActive: null,
		},
		'new',
	);
	const drain = steps.find(({ id }) => id === 'let-drain');
	expect(drain?.title).toBe('Let unknown drain');
	expect(JSON.stringify(drain)).toMatch(/"drains".*"unknown"/);
});
