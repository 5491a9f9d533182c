import type { Clock } from 'pulse-deploy-kit/clock';
import type { Notifying } from '../config/notify.ts';
import type { DeploymentStore } from '../deployments/store.ts';
import { reportText, sendDue } from '../notices/send-due.ts';
import type { Log } from './log.ts';

export interface NoticeOptions {
	readonly store: Pick<DeploymentStore, 'notices' | 'tellNobody'>;
	/** `null`: no notices are sent. */
	readonly notifying: Notifying | null;
	readonly log: Pick<Log, 'note' | 'noticesTrouble'>;
	readonly clock: Clock;
	/** After a change, before what it brings is told. Default 1,000. */
	readonly settleMs?: number;
}

/**
 * Tells operators of what happened as soon as it did; what could not be delivered is the janitor's to send again. All router
 * processes hear of a change, and the store gives each notice to one of them. Ends when `signal` aborts; never rejects.
 * @returns what is to be called at the start and after each change of the store
 */
export function tellOfChanges(options: NoticeOptions, signal: AbortSignal): () => void {
	const { store, notifying, log, clock, settleMs = 1_000 } = options;
	const startedAt = clock.now();
	if (notifying === null) {
		// A router of before may run beside this one for a while, and still tell.
		store.tellNobody(startedAt).catch((error: unknown) => log.noticesTrouble(error));
		return () => {};
	}
	const to = notifying;
	let isTelling = false;
	let again = false;

	async function tell(): Promise<void> {
		do {
			again = false;
			// Several steps of one command come at once; and not all processes at the same instant.
			await clock.sleep(settleMs * (0.5 + Math.random()), signal);
			const report = await sendDue({ store, notifying: to, kept: null, startedAt, clock, signal });
			const text = reportText(report);
			if (text !== null) log.note('notices', { ...report }, text);
		} while (again);
	}

	return () => {
		again = true;
		if (isTelling) return;
		isTelling = true;
		void tell()
			.catch((error: unknown) => {
				if (!signal.aborted) log.noticesTrouble(error);
			})
			.finally(() => {
				isTelling = false;
			});
	};
}
