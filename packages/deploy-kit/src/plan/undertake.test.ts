import { beforeEach, describe, expect, it } from 'vitest';
import { DeployToolError } from '../errors.ts';
import { type RecordingHost, recordingHost } from '../recording-host.ts';
import { type Guard, NotCommittedError, unguarded } from './guard.ts';
import type { Performers } from './perform.ts';
import { sideBySide } from './stages.ts';
import type { Plan, StepMarks } from './step.ts';
import { execute, undertake } from './undertake.ts';

type Step = StepMarks<Step> & ({ readonly kind: 'make' | 'unmake'; readonly what: string } | { readonly kind: 'move' });
/** What was made. */
type Run = Readonly<Record<string, true>>;

const make = (what: string, marks: Partial<StepMarks<Step>> = {}): Step => ({
	kind: 'make',
	id: what,
	title: `Make ${what}`,
	what,
	undo: { kind: 'unmake', id: `undo-${what}`, title: `Unmake ${what}`, what },
	...marks,
});
const move: Step = { kind: 'move', id: 'move', title: 'Move visitors', commitPoint: true, uninterruptible: true };
const plan = (...steps: Step[]): Plan<Step> => ({
	title: 'Deploy',
	facts: [],
	warnings: [],
	steps,
	resume: 'tool promote',
	committed: { text: 'Visitors are there already.', next: 'To go back: tool rollback.' },
});

const broken = new DeployToolError('broken', 'It broke.', { fault: 'platform' });
const start: Run = {};
let log: string[];
let host: RecordingHost;
let controller: AbortController;
/** By what is made, moved or unmade; throws to fail it. */
let before: Readonly<Record<string, (signal: AbortSignal) => unknown>>;
let guard: Guard;

beforeEach(() => {
	log = [];
	host = recordingHost();
	controller = new AbortController();
	before = {};
	guard = unguarded;
});

const performers = {
	async make({ what }: { readonly what: string }, _run: Run, signal: AbortSignal) {
		log.push(`begin ${what}`);
		await before[what]?.(signal);
		log.push(what);
		return { text: `${what} is there`, learnt: { [what]: true } };
	},
	async unmake({ what }: { readonly what: string }) {
		await before[`un${what}`]?.(controller.signal);
		log.push(`un${what}`);
		return undefined;
	},
	async move(_step: unknown, _run: Run, signal: AbortSignal) {
		await before.move?.(signal);
		log.push('move');
		return undefined;
	},
} as unknown as Performers<Step, Run>;
const options = () => ({
	performers,
	host,
	guard,
	signal: controller.signal,
	words: { tool: 'tool', where: 'in the cloud' },
});
const run = (...steps: Step[]) => execute(plan(...steps), start, options());

describe('a plan', () => {
	it('is carried out in order, and later steps get what earlier ones learnt', async () => {
		expect(await run(make('a'), make('b'), move)).toEqual({ a: true, b: true });
		expect(log.filter((line) => !line.startsWith('begin'))).toEqual(['a', 'b', 'move']);
		expect(host.text()).toContain('Make b: b is there');
		expect(start).toEqual({});
	});

	it('is undone in reverse by a failure, the failing step included, and the failure is what is told', async () => {
		before = { b: () => Promise.reject(broken) };
		await expect(run(make('a'), make('b'), make('c'))).rejects.toBe(broken);
		expect(log).toEqual(['begin a', 'a', 'begin b', 'unb', 'una']);
	});

	it('goes on after a cosmetic step that failed', async () => {
		before = { a: () => Promise.reject(broken) };
		await run(make('a', { optional: true }), make('b'));
		expect(log).toContain('b');
		expect(host.text()).toContain('Make a failed: It broke.');
	});

	it('ends where the guard refuses, also at a cosmetic step, and then destroys nothing', async () => {
		const lost = new DeployToolError('lock-lost', 'another has it', { fault: 'platform' });
		const refuse = () => {
			guard = { holds: () => false, confirm: () => Promise.reject(lost) };
		};
		before = { a: refuse };
		const late = {
			...options(),
			guard: { holds: () => true, confirm: (signal: AbortSignal) => guard.confirm(signal) },
		};
		const failing = execute(plan(make('a'), make('b', { optional: true })), start, late);
		await expect(failing).rejects.toMatchObject({
			code: 'lock-lost',
			detail: 'Not undone, since another command may use it by now (another has it):\nUnmake a',
			next: expect.stringContaining('tool status'),
		});
		expect(log).toEqual(['begin a', 'a']);
	});

	it('asks the guard before no step that changes nothing', async () => {
		let asked = 0;
		guard = { holds: () => true, confirm: async () => void asked++ };
		await run(make('a', { passive: true }), make('b'));
		expect(asked).toBe(1);
	});
});

describe('steps beside each other', () => {
	const beside = (track: string) => ({ beside: { stage: 'build', track } });

	it('run at the same time, each track in its own order', async () => {
		const meet = new Map<string, () => void>();
		const both = Promise.all(['a1', 'b1'].map((what) => new Promise<void>((resolve) => meet.set(what, resolve))));
		const arrive = (what: string) => () => {
			meet.get(what)?.();
			return both;
		};
		before = { a1: arrive('a1'), b1: arrive('b1') };
		const made = await run(
			make('a1', beside('a')),
			make('b1', beside('b')),
			make('a2', beside('a')),
			make('b2', beside('b')),
			make('c'),
		);
		expect(Object.keys(made)).toHaveLength(5);
		expect(log.indexOf('a1')).toBeLessThan(log.indexOf('begin a2'));
		expect(log.at(-1)).toBe('c');
	});

	it('stop each other, and nothing goes on behind the undo', async () => {
		before = {
			a: () => Promise.reject(broken),
			b: (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
		};
		const steps = [make('a', beside('a')), make('b', beside('b')), make('b2', beside('b'))];
		await expect(run(...steps)).rejects.toBe(broken);
		expect(log).toEqual(['begin a', 'begin b', 'unb', 'una']);
	});
});

describe('the commit point', () => {
	it('is not interrupted, and nothing is undone from there on', async () => {
		before = { move: (signal) => [controller.abort(), signal.throwIfAborted()] };
		await expect(run(make('a'), move, make('z'))).rejects.toMatchObject({
			code: 'cancelled',
			detail: 'not done: Make z',
			next: 'Finish it with: tool promote',
		});
		expect(host.text()).toContain('Visitors are there already. Not done: Make z. To go back: tool rollback.');
		expect(log).toEqual(['begin a', 'a', 'move']);
	});

	it('that failed may have been passed, unless it says that it was not', async () => {
		before = { move: () => Promise.reject(broken) };
		await expect(run(make('a'), move)).rejects.toMatchObject({ code: 'broken', next: 'Finish it with: tool promote' });
		expect(log).not.toContain('una');
		before = { move: () => Promise.reject(new NotCommittedError(broken)) };
		await expect(run(make('a'), move)).rejects.toBe(broken);
		expect(log).toContain('una');
	});

	it('says what is left beside a failure that is no error of ours', async () => {
		const foreign = new Error('socket hang up');
		before = { z: () => Promise.reject(foreign) };
		await expect(run(move, make('z'))).rejects.toBe(foreign);
		expect(host.text()).toContain('not done: Make z\nFinish it with: tool promote');
	});
});

describe('an undertaking of several plans', () => {
	const both = (between: () => unknown) =>
		undertake<Step, Run, void>(start, options(), async (phase) => {
			await phase(plan(make('a')), options());
			await between();
			await phase(plan(make('b'), move), options());
		});

	it('hands on what was learnt, and a failure of the second takes back the first', async () => {
		before = { b: () => Promise.reject(broken) };
		await expect(both(() => {})).rejects.toBe(broken);
		expect(log).toEqual(['begin a', 'a', 'begin b', 'unb', 'una']);
	});

	it('takes back what was begun when it fails or is interrupted between them', async () => {
		await expect(both(() => Promise.reject(broken))).rejects.toBe(broken);
		expect(log.at(-1)).toBe('una');
		const interrupted = both(() => {
			controller.abort();
			controller.signal.throwIfAborted();
		});
		await expect(interrupted).rejects.toMatchObject({ code: 'cancelled', message: 'Interrupted.' });
		expect(log.at(-1)).toBe('una');
	});

	it('gives a phase what the run has from then on, and undo too', async () => {
		const done = undertake<Step, Run, Run>(start, options(), async (phase) => {
			await phase(plan(make('a')), options(), { given: true });
			return phase(plan(make('b')), options());
		});
		expect(await done).toEqual({ given: true, a: true, b: true });
	});

	it('tells of phases side by side the failure that came first, as it was, although it interrupted the other', async () => {
		before = {
			a: (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
			b: () => Promise.reject(broken),
		};
		const foreign = new Error('socket hang up');
		for (const failure of [broken, foreign]) {
			before = { ...before, b: () => Promise.reject(failure) };
			const both = undertake<Step, Run, void>(start, options(), (phase) =>
				sideBySide(
					[make('a'), make('b')].map((step) => async (signal) => {
						await phase(plan(step), { guard, signal });
					}),
					controller.signal,
				),
			);
			await expect(both).rejects.toBe(failure);
			expect(log).toEqual(expect.arrayContaining(['una', 'unb']));
		}
	});

	it('names everything that could not be taken back', async () => {
		before = { b: () => Promise.reject(broken), una: () => Promise.reject(new Error('no answer')) };
		await expect(both(() => {})).rejects.toMatchObject({
			message: 'It broke.',
			detail: 'Not undone:\nUnmake a: no answer',
			next: expect.stringContaining('in the cloud'),
		});
	});
});
