import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { Fleet, type Id } from './newest/fleet.ts';

/**
 * What an app gave to `whenNewest` runs in one process of the newest deployment, whatever becomes of processes: killed
 * (kill -9), told to end, suspended (SIGSTOP) for longer than the lease, while the other deployment is promoted, or goes back
 * at once. No fence is ever used by two processes, none goes down, and no process runs it for 5 s at most. Here the kinds in `SHORT`
 * once; `npm run newest` has each of them `TIMES` times, at other moments.
 */
const ALL = process.env.PULSE_NEWEST === 'all';
const TIMES = ALL ? 20 : 1;
/** Beside other tests a busy machine makes all of it slower. */
const NOBODY_MS = ALL ? 5_000 : 10_000;
const LEASE_MS = 3_000;
const BUDGET_MS = ALL ? 3_600_000 : 120_000;

let fleet: Fleet;
beforeAll(async () => {
	fleet = await Fleet.open();
}, 60_000);
afterAll(() => fleet?.close(), 30_000);

const other = (): Id => (fleet.active === 'blue' ? 'green' : 'blue');

async function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
	const gone = once(child, 'exit');
	child.kill(signal);
	await gone;
}

/** Each is given a moment in [0, 1). */
const CASES: Readonly<Record<string, (moment: number) => Promise<void>>> = {
	'the process is killed': () => end(fleet.holder(), 'SIGKILL'),
	'the process is told to end': () => end(fleet.holder(), 'SIGTERM'),
	async 'the process is suspended and comes back'(moment) {
		const holder = fleet.holder();
		holder.kill('SIGSTOP');
		await sleep(LEASE_MS + 1_000 + moment * 1_000);
		holder.kill('SIGCONT');
	},
	async 'a promotion'() {
		await fleet.promote(other());
	},
	async 'a promotion that is rolled back at once'(moment) {
		await fleet.promote(other());
		await sleep(moment * 1_500);
		await fleet.promote(other());
	},
	async 'a promotion, and the process is killed meanwhile'(moment) {
		const holder = fleet.holder();
		await fleet.promote(other());
		await sleep(moment * 800);
		await end(holder, 'SIGKILL');
	},
	async 'a promotion, and the process is suspended meanwhile'(moment) {
		const holder = fleet.holder();
		holder.kill('SIGSTOP');
		await fleet.promote(other());
		await sleep(moment * 5_000);
		holder.kill('SIGCONT');
	},
	async 'the successor is killed as soon as it begins'(moment) {
		const { terms } = fleet.judge;
		await fleet.promote(other());
		await until('the successor to begin', async () => fleet.judge.terms > terms, 15_000);
		await sleep(moment * 300);
		await end(fleet.holder(), 'SIGKILL');
	},
};

/** They are what every other one is made of. */
const SHORT: ReadonlySet<string> = new Set([
	'the process is suspended and comes back',
	'a promotion that is rolled back at once',
	'a promotion, and the process is killed meanwhile',
	'the process is told to end',
]);

test(
	'what runs once only runs once, and always, through kills, sleep, promotions and rollbacks (R10.12)',
	async () => {
		const failed: string[] = [];
		let cases = 0;
		for (let time = 0; time < TIMES; time++) {
			for (const [index, [title, carryOut]] of Object.entries(CASES).entries()) {
				if (!ALL && !SHORT.has(title)) continue;
				const moment = ((index + 1) * 0.37 + time * 0.61) % 1;
				const { judge } = fleet;
				judge.startAnew();
				await carryOut(moment);
				await until(`the right one to run after: ${title}`, isRight, 20_000);
				await fleet.fill();
				await sleep(moment * 300);
				cases += 1;
				if (judge.longestMs() > NOBODY_MS) failed.push(`${title}: nobody ran for ${Math.round(judge.longestMs())} ms`);
				if (process.env.PULSE_NEWEST_VERBOSE) {
					process.stdout.write(`${Math.round(judge.longestMs())} ms  ${title}\n`);
				}
			}
		}
		const { terms, refused, shared } = fleet.judge;
		const by = fleet.redis === null ? 'SQLite' : 'Redis';
		process.stdout.write(
			`newest: ${cases} cases by ${by}, ${terms} terms, ${refused} writes refused by fence, ${failed.length} failed\n`,
		);
		expect(failed.join('\n')).toBe('');
		expect(shared).toEqual([]);
	},
	BUDGET_MS,
);

/** A living process of the active deployment runs, and did so just now. */
async function isRight(): Promise<boolean> {
	const { last } = fleet.judge;
	return last?.deployment === fleet.active && fleet.lives(last.pid) && performance.now() - last.at < 100;
}
