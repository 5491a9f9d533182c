import { expect, test } from 'vitest';
import { recordingHost } from '../recording-host.ts';
import { followLog, type LogWindow } from './follow-log.ts';
import { type LogLine, renderLogLine } from './log-line.ts';
import { logRequest, windowOf } from './log-settings.ts';
import { NewLines } from './new-lines.ts';

const line = (at: number, text: string, id?: string): LogLine => ({ at, text, ...(id === undefined ? {} : { id }) });
const texts = (lines: readonly LogLine[]) => lines.map(({ text }) => text);
const request = (flags: object) => logRequest({ flags: flags as Record<string, unknown>, env: {} });

test('what was shown is not shown again, what is said twice is shown twice, and what comes late is shown', () => {
	const lines = new NewLines();
	expect(texts(lines.take([line(100_000, 'a'), line(100_000, 'a'), line(100_001, 'b')]))).toEqual(['a', 'a', 'b']);
	const again = [line(90_000, 'late'), line(100_000, 'a'), line(100_000, 'a'), line(100_000, 'a'), line(100_001, 'b')];
	expect(texts(lines.take(again))).toEqual(['late', 'a']);
	expect(texts(lines.take([...again, line(100_002, 'c')]))).toEqual(['c']);
});

test('lines of long ago are neither kept nor shown again', () => {
	const lines = new NewLines();
	lines.take([line(0, 'old')]);
	lines.take([line(60_000, 'new')]);
	expect(lines.from).toBe(30_000);
	expect(texts(lines.take([line(0, 'old'), line(60_000, 'new')]))).toEqual([]);
});

test('two lines with the same words at the same time are told apart by the name that the platform gives them', () => {
	const lines = new NewLines();
	expect(texts(lines.take([line(1, 'x', 'one'), line(1, 'x', 'two')]))).toEqual(['x', 'x']);
	expect(texts(lines.take([line(1, 'x', 'two'), line(1, 'x', 'three')]))).toEqual(['x']);
});

/** Answers in turn; time passes only by waiting. */
async function follow(answers: readonly (readonly LogLine[] | null | Error)[], isPassing = (_: unknown) => true) {
	const asked: LogWindow[] = [];
	const shown: string[] = [];
	const ended = new AbortController();
	let now = 1_000_000;
	const host = recordingHost();
	const left = [...answers];
	const done = followLog({
		async read(window) {
			asked.push(window);
			const answer = left.shift();
			if (left.length === 0) ended.abort();
			if (answer instanceof Error) throw answer;
			return answer ?? null;
		},
		first: { since: null, limit: 2 },
		show: (lines) => void shown.push(...texts(lines)),
		isPassing,
		clock: {
			now: () => now,
			sleep: async (ms, signal) => {
				signal?.throwIfAborted();
				now += ms;
			},
		},
		host,
		signal: ended.signal,
	});
	return { done: await done.then(() => null).catch((error: unknown) => error), asked, shown, said: host.text() };
}

test('following goes on from the last line, over an API that is away for a moment', async () => {
	const away = new Error('away');
	const { done, asked, shown } = await follow([
		[line(999_000, 'a')],
		away,
		away,
		[line(999_000, 'a'), line(1_001_000, 'b')],
		[],
	]);
	expect([done, shown]).toEqual([null, ['a', 'b']]);
	expect(asked.map(({ since }) => since)).toEqual([null, 969_000, 969_000, 969_000, 971_000]);
});

test('following ends with a deployment that is gone, and says so', async () => {
	const { done, said, shown } = await follow([[line(1, 'a')], null, [line(2, 'never')]]);
	expect([done, shown, said]).toEqual([null, ['a'], 'It was deleted; there are no further lines.']);
});

test('following ends where asking again does not help, and at once where the first answer fails', async () => {
	const refused = new Error('refused');
	expect((await follow([[], refused, []], () => false)).done).toBe(refused);
	expect((await follow([refused, []])).done).toBe(refused);
});

test('following gives an API up that is away for more than ten minutes', async () => {
	const away = new Error('away');
	const { done, asked } = await follow([[], ...Array<Error>(200).fill(away), []]);
	expect(done).toBe(away);
	expect(asked.length).toBeLessThan(130);
});

test('an app cannot write into the terminal of its operator', () => {
	expect(renderLogLine(line(0, '\u001b]0;title\u0007\u001b[2Jhello\u202e\n'))).toBe('1970-01-01T00:00:00.000Z  hello');
});

test('since is a time ago or a time, and nothing else', () => {
	expect(windowOf(request({ since: '30m' }), 3_600_000)).toEqual({ since: 1_800_000, limit: 5_000 });
	expect(windowOf(request({ since: '1970-01-01T00:00:05Z', lines: '7' }), 0)).toEqual({ since: 5_000, limit: 7 });
	expect(windowOf(request({}), 0)).toEqual({ since: null, limit: 100 });
	for (const since of ['yesterday', '2026', '2026-04-02', '-5m', '2026-13-45T00:00:00Z'])
		expect(() => request({ since })).toThrow(/--since must be a time such as/);
});
