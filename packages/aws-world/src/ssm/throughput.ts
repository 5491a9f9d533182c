import type { WorldClock } from '../clock/world-clock.ts';
import { AwsError } from '../errors.ts';

type Kind = 'get' | 'by-path' | 'put';
/** Calls a second. */
export type Throughput = Readonly<Record<Kind, number>>;

/** docs/platform-facts/aws.md §3: shared by everything in an account and Region. UNVERIFIED at source. */
export const ACCOUNT_THROUGHPUT: Throughput = { get: 40, 'by-path': 100, put: 3 };

/** Counts calls in windows of one second of the world's time. */
export function throughputLimit(clock: WorldClock, limits: Throughput | undefined): (kind: Kind) => void {
	const windows = new Map<Kind, { second: number; calls: number }>();
	return (kind) => {
		if (!limits) return;
		const second = Math.floor(clock.now() / 1000);
		const window = windows.get(kind);
		const calls = window?.second === second ? window.calls + 1 : 1;
		windows.set(kind, { second, calls });
		if (calls > limits[kind]) throw new AwsError('ThrottlingException', 'Rate exceeded');
	};
}
