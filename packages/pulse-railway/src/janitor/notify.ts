import type { Clock } from 'pulse-deploy-kit/clock';
import type { Host } from 'pulse-deploy-kit/host';
import type { NoticeReport } from 'pulse-deploy-kit/notify/deliver';
import type { Notifying } from '../config/notify.ts';
import type { NoticeStore } from '../deployments/notice-store.ts';
import { reportText, sendDue } from '../notices/send-due.ts';

export interface NotifyOptions {
	readonly store: NoticeStore;
	/** `null`: no notices are sent. */
	readonly notifying: Notifying | null;
	/** Who or what holds each deployment that stays. */
	readonly holding: ReadonlyMap<string, string>;
	/** For so long a deployment is kept on purpose. */
	readonly rollbackWindowMs: number;
	/** When this run was told whom to tell, Unix milliseconds. */
	readonly startedAt: number;
	readonly host: Host;
	readonly clock: Clock;
	readonly signal: AbortSignal;
}

/** A courtesy beside the janitor's work: what goes wrong is said, and fails nothing. */
export async function notifyOperators(options: NotifyOptions): Promise<NoticeReport | null> {
	const { store, notifying, holding, rollbackWindowMs, startedAt, host, clock, signal } = options;
	try {
		if (notifying === null) {
			await store.tellNobody(startedAt);
			return null;
		}
		const kept = { ms: Math.max(notifying.keptMs, rollbackWindowMs), holding };
		const report = await sendDue({ store, notifying, kept, startedAt, clock, signal });
		const text = reportText(report);
		if (text !== null)
			host.notify({ level: report.error === null && report.given_up === 0 ? 'info' : 'warning', text });
		return report;
	} catch (error) {
		signal.throwIfAborted();
		const why = error instanceof Error ? error.message : String(error);
		host.notify({ level: 'warning', text: `notices were not sent: ${why}` });
		return null;
	}
}
