import { type Check, failed, passed, skipped, warned } from './check.ts';
import type { Reading } from './reading.ts';

const NEXT = 'Set the clock of this machine by a time server.';

/**
 * @param aheadMs by which this machine's clock is ahead of the platform's
 * @param refusedSeconds beyond which requests of this machine are refused
 */
export function checkClock(aheadMs: Reading<number>, refusedSeconds: number): Check {
	if ('failure' in aheadMs) return skipped('clock', aheadMs.failure.text);
	const seconds = Math.round(aheadMs.value / 1000);
	const measured = { aheadSeconds: seconds };
	const off = Math.abs(seconds);
	const found = `this machine is ${off} s ${seconds < 0 ? 'behind' : 'ahead'}`;
	if (off >= refusedSeconds)
		return failed('clock', `${found}, and requests are refused from ${refusedSeconds} s`, NEXT, measured);
	// Times of HTTP answers are whole seconds, and an answer takes its own time.
	if (off > 5) return warned('clock', found, NEXT, measured);
	return passed('clock', 'this machine and the platform agree', measured);
}
