import { systemClock } from 'pulse-deploy-kit/clock';
import { silentHost } from 'pulse-deploy-kit/host';
import { followLog } from 'pulse-deploy-kit/logs/follow-log';
import { afterEach, expect, test, vi } from 'vitest';
import { pacing } from './pacing.ts';

afterEach(() => void vi.useRealTimers());

test('however many pages follow a log, an hour has no more requests than its budget; each begins at once', async () => {
	vi.useFakeTimers();
	const paced = pacing(10_000, systemClock);
	const stop = new AbortController();
	const asked = [0, 0, 0];
	const following = asked.map((_, page) =>
		followLog({
			read: paced(async () => {
				asked[page]! += 1;
				return [];
			}),
			first: { since: null, limit: 200 },
			show: () => {},
			isPassing: () => false,
			clock: systemClock,
			host: silentHost,
			signal: stop.signal,
		}),
	);
	await vi.advanceTimersByTimeAsync(0);
	expect(asked).toEqual([1, 1, 1]);
	await vi.advanceTimersByTimeAsync(3_600_000);
	expect(asked.reduce((sum, count) => sum + count)).toBeLessThanOrEqual(363);
	for (const count of asked) expect(count).toBeGreaterThan(110);
	stop.abort();
	await Promise.all(following);
});
