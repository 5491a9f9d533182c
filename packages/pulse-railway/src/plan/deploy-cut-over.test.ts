import { expect, it } from 'vitest';
import { planCutOver, planSettling } from './deploy-cut-over.ts';
import { live, NOW, stack } from './testing/stack.ts';

const standing = {
	observation: stack({ active: 'old', backends: ['old', 'new', 'dead'] }),
	live: live({ old: 'active', new: 'pending', dead: 'pending' }),
	now: NOW,
};
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
