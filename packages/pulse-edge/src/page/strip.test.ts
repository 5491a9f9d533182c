import { expect, test } from 'vitest';
import { readRequestHead } from '../entry/request-head.ts';
import { randomFrom } from '../testing/random.ts';
import { takePageCookie } from './cookie.ts';
import { strippedLines, strippedTarget } from './strip.ts';

const PIN = 'pulse_deployment=v1';

test('whatever else a head holds, and in which order, the app gets every line but for the pins (C1.3)', () => {
	const random = randomFrom(12);
	const one = <T>(values: readonly T[]) => values[Math.floor(random() * values.length)]!;
	const lines = [
		['Cookie', 'a=1; pulse_page=v1; b=2', 'a=1; b=2'],
		['cookie', 'pulse_page=v1', null],
		['COOKIE', 'xpulse_page=v1', 'xpulse_page=v1'],
		['Referer', `http://app.test/w.js?${PIN}`, 'http://app.test/w.js'],
		['referer', `http://app.test/?a=1&${PIN}&b=2#x`, 'http://app.test/?a=1&b=2#x'],
		['X-Pulse-Deployment', 'v1', null],
		['x-pulse-deployment', 'v2', null],
		['x-pulse-deployment', '', null],
		['Accept', '*/*', '*/*'],
		['X-A', 'a=1; pulse_page=v1', 'a=1; pulse_page=v1'],
		['Connection', 'keep-alive', null],
		['Connection', 'close, x-a', null],
		['X-Forwarded-For', '203.0.113.1', null],
		['Host', 'app.test', null],
		['Origin', 'http://app.test', 'http://app.test'],
	] as const;
	for (let run = 0; run < 20_000; run++) {
		const picked = Array.from({ length: Math.floor(random() * 8) }, () => one(lines));
		const raw = picked.flatMap((line) => line.slice(0, 2) as string[]);
		const named = picked.some(([, value]) => value === 'close, x-a');
		const expected = picked
			.filter(([name, , left]) => left !== null && !(named && name === 'X-A'))
			.map(([name, , left]) => `${name}: ${left}\r\n`);
		const head = readRequestHead(raw, true);
		// And a Pulse app beside it gets all of them.
		const untouched = readRequestHead(raw, false).lines;
		expect(head.lines, raw.join('\n')).toBe(untouched);
		expect(strippedLines(head.page!, raw, 'part', 'v1'), raw.join('\n')).toBe(expected.join(''));
	}
});

test.each([
	['', ''],
	['a=1', 'a=1'],
	[PIN, ''],
	[`a=1&${PIN}`, 'a=1'],
	[`${PIN}&a=1`, 'a=1'],
	[`a=1&${PIN}&b=2&${PIN}`, 'a=1&b=2'],
	[`x${PIN}`, `x${PIN}`],
	['pulse_deployment', ''],
	['pulse_deployments=1', 'pulse_deployments=1'],
	[`a=${PIN}`, `a=${PIN}`],
	['a=1&pulse%5fdeployment=v1', 'a=1'],
	[`a=%26&${PIN}`, 'a=%26'],
])('of the query %j the app gets %j (C1.3)', (query, left) => {
	const target = { path: '/x', query, forward: query === '' ? '/x' : `/x?${query}`, authority: null };
	const stripped = strippedTarget(target);
	expect([stripped.query, stripped.forward]).toEqual([left, left === '' ? '/x' : `/x?${left}`]);
});

test.each([
	['', '', ''],
	['pulse_page=v1', 'v1', ''],
	['pulse_page=v1; a=1', 'v1', 'a=1'],
	['a=1; pulse_page=v1', 'v1', 'a=1'],
	['a=1;pulse_page=v1;b=2', 'v1', 'a=1;b=2'],
	['a=1; \tpulse_page=v1 ; b=2', 'v1', 'a=1; b=2'],
	['xpulse_page=v1', '', 'xpulse_page=v1'],
	['a=pulse_page=v1', '', 'a=pulse_page=v1'],
	['pulse_page=v1; a=1; pulse_page=v1', 'v1', 'a=1'],
	// A sibling domain's, or another path's, in front of the own one or behind it.
	['pulse_page=v2; a=1; pulse_page=v1', '', 'a=1'],
	['pulse_page=; pulse_page=v1', 'v1', ''],
])('the cookies %j name %j and leave %j (C1.2) (C1.3)', (cookie, id, left) => {
	const found = { pageCookie: '', cookiesDiffer: false };
	expect([takePageCookie(found, cookie) ?? '', found.pageCookie]).toEqual([left, id]);
});
