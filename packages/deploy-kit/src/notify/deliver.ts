import type { Claim } from './ledger.ts';
import type { Notice } from './notice.ts';
import type { Sent } from './send.ts';

/** The ledger of one stack, where it is kept. Each method is one atomic step. */
export interface Outbox {
	claim(): Promise<Pick<Claim, 'due' | 'dropped'>>;
	settle(key: string): Promise<void>;
}

export interface Delivery {
	readonly outbox: Outbox;
	send(notice: Notice): Promise<Sent>;
	readonly signal: AbortSignal;
}

/** What became of the notices that were due. */
export interface NoticeReport {
	readonly sent: number;
	/** Tried again later. */
	readonly failed: number;
	/** Not tried again. */
	readonly given_up: number;
	/** Of the last one that failed. */
	readonly error: string | null;
}

/**
 * Sends what is due, one after the other, the oldest first. A receiver that is away is asked once: the others wait until the
 * next run. One notice that it refuses holds up no other.
 */
export async function deliverNotices({ outbox, send, signal }: Delivery): Promise<NoticeReport> {
	const report = { sent: 0, failed: 0, given_up: 0, error: null as string | null };
	for (;;) {
		if (signal.aborted) return report;
		const { due, dropped } = await outbox.claim();
		report.given_up += dropped.length;
		if (due === null) return report;
		const sent = await send(due.notice).catch((error: unknown) => {
			// The time of this run is over; what it has sent is told, and this one is due again.
			if (signal.aborted) return null;
			throw error;
		});
		if (sent === null) return report;
		if (sent.delivered) {
			await outbox.settle(due.notice.key);
			report.sent += 1;
			continue;
		}
		report.failed += 1;
		report.error = sent.why;
		if (!sent.isRefused) return report;
	}
}
