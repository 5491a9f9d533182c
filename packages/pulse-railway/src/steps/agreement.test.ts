import { type Host, silentHost } from 'pulse-deploy-kit/host';
import { expect, it } from 'vitest';
import { renderPlan } from '../plan/render.ts';
import type { Plan } from '../plan/step.ts';
import { Agreement } from './agreement.ts';
import { virtualClock } from './testing/recording-ports.ts';

const plan = (more: Partial<Plan> = {}): Plan => ({
	title: 'Roll back to v1',
	facts: ['Active now: v2'],
	sessions: { count: 3, text: 'Its 3 live sessions stay' },
	warnings: [],
	steps: [{ id: 'delete', title: 'Delete service old', kind: 'delete-services', services: ['old'] }],
	resume: 'pulse-railway rollback',
	...more,
});
const proposal = (more?: Partial<Plan>) => ({ plan: plan(more), result: () => null });

/** Somebody who answers when told to, and who thinks longer than a command holds its lock. */
function thinker(signal = new AbortController().signal) {
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
	return {
		asked,
		said,
		agreement: new Agreement({ host, clock: virtualClock(), signal, quickMs: 10 }),
		answer: (yes: boolean) => answer(yes),
	};
}

it('nothing is held while a person thinks, and the same plan is not asked about twice', async () => {
	const { asked, agreement, answer } = thinker();
	expect(await agreement.covers(proposal())).toBe(false);
	answer(true);
	await agreement.answered();
	expect(await agreement.covers(proposal({ sessions: { count: 4, text: 'Its 4 live sessions stay' } }))).toBe(true);
	expect(asked).toEqual(['Roll back to v1: go on?']);
});

it.each<[string, Partial<Plan>, Partial<Plan>]>([
	['warns of something', {}, { warnings: ['v1 is unhealthy'] }],
	['takes visitors from another deployment', {}, { facts: ['Active now: v3'] }],
	[
		'ends sessions where there were none',
		{ sessions: { count: 0, text: '0 live sessions end', end: true } },
		{ sessions: { count: 500, text: '500 live sessions end', end: true } },
	],
	[
		'passes on other variables',
		{ steps: [{ id: 'set', title: 'Set them', kind: 'set-variables', service: 'app', variables: { A: '1' } }] },
		{ steps: [{ id: 'set', title: 'Set them', kind: 'set-variables', service: 'app', variables: { B: '1' } }] },
	],
])('a plan that now %s is shown and asked about again', async (_, before, after) => {
	const { asked, said, agreement, answer } = thinker();
	await agreement.covers(proposal(before));
	answer(true);
	await agreement.answered();
	expect(await agreement.covers(proposal(after))).toBe(false);
	expect(asked).toHaveLength(2);
	expect(said[1]).toMatch(/Something changed while you were asked/);
	expect(said[2]).toBe(renderPlan(plan(after)));
});

it('an interruption ends the question, also of a host that does not know of it', async () => {
	const interruption = new AbortController();
	const { agreement } = thinker(interruption.signal);
	expect(await agreement.covers(proposal())).toBe(false);
	interruption.abort();
	await expect(agreement.answered()).rejects.toMatchObject({ code: 'cancelled' });
});

it('a no ends the command, whenever it comes', async () => {
	const { agreement, answer } = thinker();
	await agreement.covers(proposal());
	answer(false);
	await expect(agreement.answered()).rejects.toMatchObject({ code: 'cancelled' });
});

it('a quick answer, or nobody to ask, needs no second look', async () => {
	const agreement = new Agreement({
		host: silentHost,
		clock: { now: () => 0, sleep: () => new Promise(() => {}) },
		signal: new AbortController().signal,
		quickMs: 10,
	});
	expect(await agreement.covers(proposal())).toBe(true);
});
