import { expect, test } from 'vitest';
import { readHistoryText } from './history-text.ts';
import { type HistoryEvent, historyTexts } from './history-value.ts';

const w = () => 'f'.repeat(16);

test('what is written is read again, and holds nothing that Parameter Store would take for a reference', () => {
	const event: HistoryEvent = {
		event: 'activated',
		id: 'two',
		from: 'one',
		message: 'a {{ssm:secret}} "b" \\',
		commit: null,
	};
	const [text = '', ...others] = historyTexts([event, { event: 'retired', id: 'one', because: 'max-age' }], 'ann', w);
	expect(others).toEqual([]);
	expect(text).not.toMatch(/\{\{|\}\}/);
	expect(readHistoryText(text)?.entries).toEqual([
		{ event: 'activated', id: 'two', from: 'one', by: 'ann', message: 'a {{ssm:secret}} "b" \\' },
		{ event: 'retired', id: 'one', because: 'max-age', by: 'ann' },
	]);
});

test.each(['\u0001', '{', '💥', 'ö'])('each value fits, whatever texts hold (%j)', (character) => {
	const long = character.repeat(2_000);
	const event = {
		event: 'activated',
		id: 'x'.repeat(46),
		from: 'y'.repeat(46),
		image: long,
		commit: long,
		message: long,
	} as const;
	const texts = historyTexts(Array<HistoryEvent>(30).fill(event), long, w);
	for (const text of texts) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4_096);
	expect(texts.flatMap((text) => readHistoryText(text)?.entries ?? [])).toHaveLength(30);
	expect(texts.join('')).not.toContain('\\ud83d');
});

test('what others wrote there is left out', () => {
	expect(['', '{}', '[]', '{"w":"a"}', 'free'].map(readHistoryText)).toEqual(Array(5).fill(null));
	expect(readHistoryText('{"w":"a","e":[1,{"event":"later","id":"x"}]}')?.entries).toEqual([
		{ event: 'later', id: 'x' },
	]);
});
