import { expect, test } from 'vitest';
import { lockReport, renderLock } from './lock-report.ts';

const at = Date.parse('2026-04-02T12:00:00Z');
const held = { by: 'ann@laptop: pulse-aws rollback', since: at, lapsesAt: at + 30_000 };

test('tells a holder that renews its lock, one that does not, and one that was broken', () => {
	expect(renderLock(lockReport(held, false), at)).toBe(
		'The deploy lock is held by ann@laptop: pulse-aws rollback since 2026-04-02T12:00:00Z.\nThe next command gets it when that one ends, or after 2026-04-02T12:00:30Z where it was killed.',
	);
	expect(renderLock(lockReport(held, false), at + 31_000)).toContain('was not renewed in time');
	expect(renderLock(lockReport(held, true), at)).toContain('Taken from it; the next command gets the lock after');
	expect(renderLock(lockReport(null, false), at)).toBe('The deploy lock is free.');
});

test('a name moves no cursor', () => {
	expect(renderLock(lockReport({ ...held, by: 'a\u001b[2K\nb' }, false), at)).toMatch(
		/^The deploy lock is held by a b/,
	);
});
