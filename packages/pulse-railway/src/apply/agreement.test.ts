import { type Host, silentHost } from 'pulse-deploy-kit/host';
import { expect, it } from 'vitest';
import type { Plan } from '../plan/step.ts';
import { Agreement } from './agreement.ts';
import { virtualClock } from './testing/recording-ports.ts';

const plan = (more: Partial<Plan> = {}): Plan => ({
	title: 'Roll back to v1',
	facts: ['3 live sessions'],
	warnings: [],
	steps: [{ id: 'delete', title: 'Delete service old', kind: 'delete-services', services: ['old'] }],
	resume: 'pulse-railway rollback',
	...more,
});
const proposal = (more?: Partial<Plan>) => ({ plan: plan(more), result: () => null });

/** Somebody who answers when told to, and who thinks longer than a command holds its lock. */
function thinker() {
	const asked: string[] = [];
	const said: string[] = [];
	let answer: (yes: boolean) => void = () => {};
	const host: Host = {
		...silentHost,
		notify: ({ text }) => void said.push(text),
		ask: ({ text }) =>
			new Promise((resolve) => {
				asked.push(text);
				answer = resolve;
			}),
	};
	return { asked, said, agreement: new Agreement(host, virtualClock()), answer: (yes: boolean) => answer(yes) };
}

it('nothing is held while a person thinks, and the same plan is not asked about twice', async () => {
	const { asked, agreement, answer } = thinker();
	expect(await agreement.covers(proposal())).toBe(false);
	answer(true);
	await agreement.answered();
	expect(await agreement.covers(proposal({ facts: ['4 live sessions'] }))).toBe(true);
	expect(asked).toEqual(['Roll back to v1: go on?']);
});

it('a plan that became another one is shown and asked about again', async () => {
	const { asked, said, agreement, answer } = thinker();
	await agreement.covers(proposal());
	answer(true);
	await agreement.answered();
	expect(await agreement.covers(proposal({ warnings: ['v1 is unhealthy'] }))).toBe(false);
	expect(asked).toHaveLength(2);
	expect(said[1]).toMatch(/Something changed while you were asked/);
	expect(said[2]).toContain('v1 is unhealthy');
});

it('a no ends the command, whenever it comes', async () => {
	const { agreement, answer } = thinker();
	await agreement.covers(proposal());
	answer(false);
	await expect(agreement.answered()).rejects.toMatchObject({ code: 'cancelled' });
});

it('a quick answer, or nobody to ask, needs no second look', async () => {
	const agreement = new Agreement(silentHost, { now: () => 0, sleep: () => new Promise(() => {}) });
	expect(await agreement.covers(proposal())).toBe(true);
});
