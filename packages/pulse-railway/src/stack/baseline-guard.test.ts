import { exitCodeOf } from 'pulse-deploy-kit/report-error';
import { beforeEach, describe, expect, it } from 'vitest';
import { service, stack } from '../plan/testing/stack.ts';
import type { StackObservation } from '../platform/port.ts';
import { virtualClock } from '../steps/testing/recording-ports.ts';
import { BaselineGuard, type BaselineGuardOptions } from './baseline-guard.ts';
import { stackNames } from './names.ts';

const signal = new AbortController().signal;
const names = Object.values(stackNames({}, undefined));
let mark: string | undefined;
let services: StackObservation['services'];
let clock: ReturnType<typeof virtualClock>;
let looks: number;
/** What Railway answers, one look after the other; then what stands. */
let answers: (() => Promise<void> | void)[];

const standing = (): StackObservation => ({
	...stack({ services }),
	sharedVariables: mark === undefined ? {} : { PULSE_RAILWAY_BASELINE: mark },
});

beforeEach(() => {
	mark = 'ready';
	({ services } = stack());
	clock = virtualClock();
	looks = 0;
	answers = [];
});

function guard(options: Partial<BaselineGuardOptions> = {}): BaselineGuard {
	const platform = {
		async observe() {
			looks++;
			const seen = standing();
			await answers.shift()?.();
			return seen;
		},
	};
	return new BaselineGuard({
		platform: () => platform as never,
		planned: standing(),
		stable: names,
		clock,
		staleMs: 3_000,
		...options,
	});
}

const changed = { code: 'baseline-changed', next: expect.stringContaining('pulse-railway status') };

describe('an init or upgrade that slept', () => {
	it('goes on while its own mark stands', async () => {
		const on = guard();
		await on.confirm(signal);
		on.marks('upgrade:mine', true);
		mark = 'upgrade:mine';
		await on.confirm(signal);
		expect(looks).toBe(2);
	});

	it.each([
		['came to its end', 'ready'],
		['went on with what this one began', 'upgrade:theirs'],
		['is of an older version, and went on with it', 'upgrade'],
	])('ends when another one %s', async (_what, theirs) => {
		const on = guard();
		on.marks('upgrade:mine', true);
		mark = theirs;
		await expect(on.confirm(signal)).rejects.toMatchObject(changed);
		await expect(on.look(signal)).rejects.toMatchObject(changed);
		// 75 would tell CI that nothing has failed.
		expect(exitCodeOf(await on.look(signal).catch((error: unknown) => error))).toBe(1);
	});

	it('ends when another one went on with the new project that this one made', async () => {
		mark = undefined;
		const on = guard({ planned: null });
		await on.confirm(signal);
		mark = 'init:theirs';
		await expect(on.confirm(signal)).rejects.toMatchObject(changed);
	});

	it('believes no answer that waited while it slept', async () => {
		const on = guard();
		on.marks('upgrade:mine', true);
		mark = 'upgrade:mine';
		answers.push(async () => {
			await clock.sleep(5_000);
			mark = 'ready';
		});
		await expect(on.confirm(signal)).rejects.toMatchObject(changed);
		expect(looks).toBeGreaterThan(1);
	});

	it('does not ask for ever where Railway is slow', async () => {
		answers.push(...Array.from({ length: 9 }, () => () => clock.sleep(5_000)));
		await expect(guard().confirm(signal)).rejects.toMatchObject({
			...changed,
			detail: expect.stringMatching(/slow/),
		});
	});

	it('takes its own mark for good and for absent while it writes it: the answer may be lost', async () => {
		const on = guard();
		on.marks('upgrade:mine', false);
		await on.confirm(signal);
		mark = 'upgrade:mine';
		await on.confirm(signal);
		mark = 'upgrade:theirs';
		await expect(on.confirm(signal)).rejects.toMatchObject(changed);
	});

	it('relies on a look only as long as its answers are young, by the clock', async () => {
		const on = guard();
		expect(on.holds()).toBe(false);
		await on.confirm(signal);
		expect(on.holds()).toBe(true);
		await clock.sleep(3_000);
		expect(on.holds()).toBe(false);
	});

	it('waits for its own mark, which Railway may show seconds later', async () => {
		const on = guard();
		on.marks('upgrade:mine', true);
		answers.push(
			() => {},
			() => {
				mark = 'upgrade:mine';
			},
		);
		await on.confirm(signal);
		expect([looks, clock.now()]).toEqual([3, 2_000]);
	});

	it.each([
		['variable', () => [service('pulse-router', { variables: { REDIS_URL: 'another' } })]],
		['setting', () => [service('pulse-router', { settings: { numReplicas: 3 } })]],
		['service', () => [service('pulse-router', { id: 'another' })]],
	])('ends when another one changed a %s while a person thought about its plan', async (_what, change) => {
		const on = guard();
		services = [...change(), ...services.filter(({ name }) => name !== 'pulse-router')];
		await expect(on.confirm(signal)).rejects.toMatchObject(changed);
	});

	it('minds no deployment that came meanwhile', async () => {
		const on = guard();
		services = [...services, service('shop-1', { variables: { PULSE_DEPLOYMENT_ID: 'shop-1' } })];
		await on.confirm(signal);
	});
});
