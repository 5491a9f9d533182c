import { describe, expect, test } from 'vitest';
import { again, type CanaryTraffic, isOnCanary, newVisitor, readVisitor, visitorText } from './canary.ts';

const NOW = 1_790_000_000_000;
const MINUTE = 60_000;
const canary = (share: number, beganAt = NOW): CanaryTraffic => ({ id: 'two', beganAt, share });

/** Repeatable: xorshift. */
function seeded(seed: number): () => number {
	let state = seed + 0x9e3779b9;
	return () => {
		state ^= state << 13;
		state ^= state >>> 17;
		state ^= state << 5;
		return (state >>> 0) / 4_294_967_296;
	};
}

test('a share of new visitors is the canary’s, whoever they are (R2.21)', () => {
	for (const share of [100, 500, 2_500, 9_000]) {
		const on = Array.from({ length: 20_000 }, (_, at) =>
			isOnCanary(newVisitor(canary(share), `10.${at >> 8}.0.${at & 255} 1 Firefox`, NOW)),
		).filter(Boolean).length;
		expect(on / 20_000, `${share / 100} %`).toBeCloseTo(share / 10_000, 1.8);
	}
	expect(isOnCanary(newVisitor(canary(10_000), 'anybody', NOW))).toBe(true);
});

test('the same people are not drawn in every rollout', () => {
	const drawn = (beganAt: number) =>
		Array.from({ length: 2_000 }, (_, at) => isOnCanary(newVisitor(canary(1_000, beganAt), `visitor ${at}`, NOW)));
	const [one, other] = [drawn(NOW), drawn(NOW + 1)];
	const both = one.filter((on, at) => on && other[at]).length;
	expect(both).toBeLessThan(60);
});

describe('of 400 visitors whose rollout is widened at random while they come and go (R2.21)', () => {
	const life = (seed: number) => {
		const random = seeded(seed);
		const sides: boolean[] = [];
		const visits: { at: number; on: boolean }[] = [];
		let share = 1 + Math.floor(random() * 3_000);
		let now = NOW;
		let cookie: string | null = null;
		for (let page = 0; page < 30; page++) {
			now += Math.floor(random() * random() * 90 * MINUTE);
			if (random() < 0.2) share = Math.min(10_000, share + Math.floor(random() * 3_000));
			const known: ReturnType<typeof readVisitor> = cookie === null ? null : readVisitor(canary(share), cookie, now);
			const visitor = known === null ? newVisitor(canary(share), `${seed}`, now) : again(known, canary(share), now);
			cookie = visitorText(canary(share), visitor);
			sides.push(isOnCanary(visitor));
			visits.push({ at: now, on: isOnCanary(visitor) });
		}
		return { sides, visits };
	};
	const lives = Array.from({ length: 400 }, (_, seed) => life(seed + 1));

	test('nobody who got the canary gets the active version again: each moves once at most', () => {
		for (const { sides } of lives) {
			const moves = sides.filter((on, at) => at > 0 && on !== sides[at - 1]).length;
			expect(moves).toBeLessThanOrEqual(1);
			expect(sides.indexOf(true) === -1 || sides.slice(sides.indexOf(true)).every(Boolean)).toBe(true);
		}
		expect(lives.some(({ sides }) => sides.includes(true) && sides.includes(false))).toBe(true);
	});

	test('nobody moves from one page to the next within half an hour, however much it is widened', () => {
		for (const { visits } of lives) {
			for (const [at, visit] of visits.entries()) {
				const before = visits[at - 1];
				if (before === undefined || visit.at - before.at >= 30 * MINUTE) continue;
				expect(visit.on).toBe(before.on);
			}
		}
	});
});

describe('a cookie', () => {
	const visitor = { number: 4_711, share: 500, minute: NOW / MINUTE };

	test('is read as it was written, by whichever router', () => {
		const written = { ...visitor, minute: Math.floor(visitor.minute) };
		expect(readVisitor(canary(500), visitorText(canary(500), written), NOW)).toEqual(written);
	});

	test('of another rollout, and what is none, counts for nothing', () => {
		expect(readVisitor(canary(500, NOW + 1), visitorText(canary(500), visitor), NOW)).toBeNull();
		for (const text of [
			'',
			'x',
			'..',
			`${NOW.toString(36)}.99999.1.1`,
			`${NOW.toString(36)}.1.1.1.1`,
			'a'.repeat(5_000),
		])
			expect(readVisitor(canary(500), text, NOW), text.slice(0, 20)).toBeNull();
	});

	test('that a client made up gives no more than any visitor can get, and no longer', () => {
		const future = (NOW / MINUTE + 1_000_000).toString(36).split('.')[0];
		const made = readVisitor(canary(500), `${NOW.toString(36)}.600.10000.${future}`, NOW);
		expect(made).toEqual({ number: 600, share: 500, minute: Math.floor(NOW / MINUTE) });
	});
});
