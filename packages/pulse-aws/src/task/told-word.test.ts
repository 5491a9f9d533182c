import { describe, expect, test } from 'vitest';
import { askText, needsAsk, readAsk } from './ask.ts';
import { sumOfUse } from './task-word.ts';
import { ToldWord, type WordFacts, wordOnUse } from './told-word.ts';

const USE = { renderSessions: 2, sockets: 2, requests: 0, requestsBegun: 9 };
const AT = new Date(1_000_000);
const asked = (tasks: number, at = AT) => readAsk({ Value: askText(tasks), LastModifiedDate: at });

/** What a task with so many people writes, and when in seconds, looking every five of them for `seconds`. */
function writes(seconds: number, at: (second: number) => Partial<WordFacts>, random = 0.5): [number, string][] {
	const told = new ToldWord(5_000, () => random);
	const all: [number, string][] = [];
	for (let second = 0; second < seconds; second += 5) {
		const usual = { word: 'healthy', drains: false, use: () => USE, ask: null } as const;
		const facts = { ...usual, now: AT.getTime() + second * 1000, ...at(second) };
		const value = told.next(facts);
		if (value === null) continue;
		told.told(value, facts);
		all.push([second, value]);
	}
	return all;
}

describe('A11.9: who is on a version that does not drain', () => {
	test('is written while it is asked, again by the minute where nothing changed, and taken back after it', () => {
		const counts = 'healthy asked {"render_sessions":2}';
		expect(writes(400, (second) => ({ ask: second < 10 ? null : asked(2) }))).toEqual([
			[0, 'healthy'],
			[10, counts],
			[65, counts],
			[120, counts],
			[175, counts],
			// Asked until second 180.
			[235, 'healthy'],
		]);
		const changing = writes(60, (second) => ({ ask: asked(2), use: () => ({ ...USE, renderSessions: second }) }));
		expect(changing.map(([second]) => second)).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55]);
	});

	test('is written by so many tasks that together they take a third of what the account may write', () => {
		const tasks = 100;
		const busy = (second: number) => ({ ask: asked(tasks), use: () => ({ ...USE, renderSessions: second + 1 }) });
		const first = (random: number) => writes(250, busy, random).find(([, value]) => value !== 'healthy')?.[0] ?? 0;
		const firsts = Array.from({ length: tasks }, (_, one) => first(one / tasks));
		for (let second = 0; second < 90; second += 10)
			expect(firsts.filter((at) => at > second && at <= second + 10).length).toBeLessThanOrEqual(20);
		expect(writes(250, busy, 0).length).toBeLessThan(4);
	});

	test('is taken back as slowly by so many, although all hear at once that it is asked no more', () => {
		const tasks = 100;
		for (const drains of [false, true]) {
			const atOnce = new Map<number, number>();
			for (let one = 0; one < tasks; one++) {
				const busy = (second: number) => ({
					ask: asked(tasks),
					use: () => ({ ...USE, renderSessions: second + 1 }),
					drains,
				});
				for (const [second] of writes(500, busy, one / tasks))
					if (second >= 180) atOnce.set(second, (atOnce.get(second) ?? 0) + 1);
			}
			expect(Math.max(...atOnce.values()), `in five seconds; drains: ${drains}`).toBeLessThanOrEqual(15);
		}
	});

	test('counts nobody as nobody, and no tab that there may merely be', () => {
		const nobody = { ...USE, renderSessions: 1, assumed: 1 };
		const [value = ''] = writes(5, () => ({ ask: asked(1), use: () => nobody })).map(([, text]) => text);
		expect(value).toBe('healthy asked {}');
		expect(sumOfUse([wordOnUse({ value, changedAt: 0 }, false, 0) ?? ''])).toEqual({});
		// One that drains is held by it.
		const held = writes(5, () => ({ ask: asked(1), drains: true, use: () => nobody }));
		expect(held).toEqual([[0, 'healthy {"render_sessions":1}']]);
	});

	test('is no word that a reaper or a tool of before reads, and ends no deployment', () => {
		const values = writes(120, () => ({ ask: asked(1) })).map(([, value]) => value);
		expect(values.length).toBeGreaterThan(1);
		for (const value of values) {
			expect(value).not.toBe('draining');
			expect(sumOfUse([value])).toBeNull();
		}
		const drained = writes(120, () => ({ ask: asked(1), word: 'draining', drains: true }));
		expect(drained).toEqual([[0, 'draining']]);
	});

	test('is known for a while, and of one that drains until it says otherwise', () => {
		const value = 'healthy asked {"render_sessions":2}';
		expect(wordOnUse({ value, changedAt: 10 }, false, 10)).toBe('healthy {"render_sessions":2}');
		expect(wordOnUse({ value, changedAt: 9 }, true, 10)).toBeNull();
		const held = { value: 'healthy {"render_sessions":1}', changedAt: 0 };
		expect([wordOnUse(held, true, 10), wordOnUse(held, false, 10)]).toEqual([held.value, null]);
	});

	test('is asked for minutes from when AWS wrote it down, whatever anybody writes there', () => {
		const read = (Value: string) => readAsk({ Value, LastModifiedDate: AT });
		for (const junk of ['', 'x', '7', 'null', '{"for":-1,"every":5}', '{"for":"9","every":5}', '{"for":9}'])
			expect(read(junk), junk).toBeNull();
		expect(readAsk(undefined)).toBeNull();
		expect(read('{"for":1e99,"every":1e-9}')).toEqual({ until: AT.getTime() + 600_000, everyMs: 5_000 });
		const [standing, now] = [asked(4), AT.getTime()];
		expect([needsAsk(null, 4, now), needsAsk(standing, 4, now), needsAsk(standing, 40, now)]).toEqual([
			true,
			false,
			true,
		]);
		expect(needsAsk(standing, 4, now + 61_000)).toBe(true);
	});
});
