import { expect, test } from 'vitest';
import type { HistoryLine } from './line.ts';
import { renderHistory } from './render.ts';

const line: HistoryLine = {
	at: '2026-04-02T12:00:00.123Z',
	event: 'activated',
	deployment_id: 'two',
	previous_deployment_id: 'one',
	until: null,
	percent: null,
	by: 'ann@laptop: deploy',
	reason: null,
};

test('shows who did what, and what it was made of where that is known', () => {
	const text = renderHistory([
		{ ...line, message: 'fix the cart', commit: '1a2b3c', image: 'shop@sha256:1' },
		{ ...line, message: null, commit: null, image: 'shop@sha256:1' },
		{ ...line, event: 'deleted', previous_deployment_id: null, by: null, reason: 'max_age' },
	]);
	expect(text.split('\n')).toEqual([
		'2026-04-02T12:00:00Z  activated  two (before: one)  ann@laptop: deploy  fix the cart, commit 1a2b3c',
		'2026-04-02T12:00:00Z  activated  two (before: one)  ann@laptop: deploy  shop@sha256:1',
		'2026-04-02T12:00:00Z  deleted    two  nobody known, max age',
	]);
});

test('a message neither moves the cursor nor makes a line of its own', () => {
	const text = renderHistory([{ ...line, message: 'a\u001b[2K\u009b1A\n2026-04-02T12:00:00Z  deleted' }]);
	for (const mark of ['\n', '\u001b', '\u009b']) expect(text).not.toContain(mark);
});
