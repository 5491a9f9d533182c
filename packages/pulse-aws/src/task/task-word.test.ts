import { describe, expect, test } from 'vitest';
import { readTaskUse, sumOfUse, taskWord, useText } from './task-word.ts';

const NOTHING = { renderSessions: 0, sockets: 0, requests: 0, requestsBegun: 9 };
const PAGES = { busy: 1, idle: 0, hidden: 2, held: 2, heldReasons: ['unsaved draft', 'upload'] };

describe("A11.3: a task's word", () => {
	test('is one word where there is nothing to tell, and begins with it everywhere, for a reaper of before', () => {
		expect(taskWord('healthy', null)).toBe('healthy');
		expect(taskWord('healthy', NOTHING)).toBe('healthy');
		const value = taskWord('healthy', { ...NOTHING, renderSessions: 5, requests: 3, streams: 2, pages: PAGES });
		expect(value).toMatch(/^healthy \{/);
		expect(readTaskUse(value)).toEqual({
			...{ render_sessions: 5, busy: 1, hidden: 2, held: 2, held_reasons: ['unsaved draft', 'upload'] },
			...{ requests: 1, streams: 2 },
		});
	});

	test('of several tasks is added up and read by a person', () => {
		const one = taskWord('healthy', { ...NOTHING, renderSessions: 2, pages: PAGES, jobs: 1 });
		const other = taskWord('healthy', { ...NOTHING, renderSessions: 1, websockets: 1, streams: 1, requests: 1 });
		const sum = sumOfUse([one, 'healthy', other, 'draining']);
		expect(sum).toMatchObject({ render_sessions: 3, held: 2, streams: 1, websockets: 1, jobs: 1 });
		expect(useText(sum)).toBe(
			'2 tabs held ("unsaved draft", "upload"), 1 render session, 1 stream, 1 websocket, 1 job',
		);
		expect([sumOfUse(['healthy', 'draining']), useText(null), useText({})]).toEqual([null, null, null]);
	});

	test('never holds what Parameter Store refuses, whatever a page says', () => {
		const pages = { ...PAGES, heldReasons: ['{{ssm:secret}}', '\u0000'] };
		expect(taskWord('healthy', { ...NOTHING, pages })).toContain('"held_reasons":["ssm:secret",""]');
	});

	test('may have been written by anybody who took a task over: what makes no sense is left out, and what would drive a terminal', () => {
		for (const junk of ['', 'healthy', 'healthy {', 'healthy null', 'healthy 7'])
			expect(readTaskUse(junk), junk).toBeNull();
		const odd = {
			held: -1,
			jobs: '9',
			streams: 1e99,
			requests: 2,
			held_reasons: ['a\u001b]0;x\u0007\u202eb', 7, 'c', 'd'],
		};
		expect(readTaskUse(`healthy ${JSON.stringify(odd)}`)).toEqual({ requests: 2, held_reasons: ['a]0;xb', '7', 'c'] });
		const long = { held: 1, held_reasons: ['x'.repeat(3000)] };
		expect(useText(readTaskUse(`healthy ${JSON.stringify(long)}`))).toBe(`1 tab held ("${'x'.repeat(100)}")`);
	});
});
