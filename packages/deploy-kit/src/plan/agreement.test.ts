import { expect, it } from 'vitest';
import type { Clock } from '../clock.ts';
import { type Host, silentHost } from '../host.ts';
import { Agreement, agreeUnderLock } from './agreement.ts';
import { goOn, type PlanQuestion, type Proposal } from './proposal.ts';
import { renderPlan } from './render.ts';
import type { AnyStep, Plan } from './step.ts';

const step: AnyStep = { id: 'delete', title: 'Delete service old', kind: 'delete' };
const plan = (more: Partial<Plan<AnyStep>> = {}): Plan<AnyStep> => ({
	title: 'Roll back to v1',
	facts: ['Active now: v2'],
	sessions: { count: 3, text: 'Its 3 live sessions stay' },
	warnings: [],
	steps: [step],
	resume: 'tool rollback',
	...more,
});
const proposal = (more?: Partial<Plan<AnyStep>>, questions?: readonly PlanQuestion[]): Proposal<AnyStep> => {
	const made = plan(more);
	return { plan: made, questions: questions ?? goOn(made) };
};

/** Time passes only while something sleeps. */
const clock: Clock = {
	now: () => 0,
	sleep: async (_ms, signal) => signal?.throwIfAborted(),
};

/** A person who answers when told to, and who thinks longer than a command holds its lock. */
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
		agreement: new Agreement({ host, clock, signal, quickMs: 10 }),
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

it.each<[string, Partial<Plan<AnyStep>>, Partial<Plan<AnyStep>>]>([
	['warns of something', {}, { warnings: ['v1 is unhealthy'] }],
	['takes visitors from another deployment', {}, { facts: ['Active now: v3'] }],
	[
		'ends sessions where there were none',
		{ sessions: { count: 0, text: '0 live sessions end', end: true } },
		{ sessions: { count: 500, text: '500 live sessions end', end: true } },
	],
	[
		'passes on other variables',
		{ steps: [{ ...step, details: ['variables: A'] }] },
		{ steps: [{ ...step, details: ['variables: B'] }] },
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

it('a new question about the same plan is asked', async () => {
	const { asked, agreement, answer } = thinker();
	await agreement.covers(proposal({}, []));
	expect(await agreement.covers(proposal({}, [{ text: 'Open it to everybody?', default: false }]))).toBe(false);
	answer(true);
	await agreement.answered();
	expect(asked).toEqual(['Open it to everybody?']);
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

it('the lock is free while a question is open, and what is carried out was planned under it', async () => {
	const { agreement, answer, asked } = thinker();
	const log: string[] = [];
	const carryingOut = agreeUnderLock({
		agreement,
		async lock(work) {
			log.push('locked');
			const result = await work('held', false);
			log.push('free');
			return result;
		},
		async propose(_held, old) {
			log.push(old ? 'plan anew' : 'plan');
			return proposal();
		},
		carryOut: async (_proposal, held) => log.push(`carry out, ${held}`),
	});
	await expect.poll(() => log).toEqual(['locked', 'plan', 'free']);
	answer(true);
	await carryingOut;
	expect(log.slice(3)).toEqual(['locked', 'plan anew', 'carry out, held', 'free']);
	expect(asked).toHaveLength(1);
});
