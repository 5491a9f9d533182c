import { withProvenance } from 'pulse-deploy-kit/history/provenance';
import type { NoticeSender } from 'pulse-deploy-kit/notify/ledger';
import { keptNotices, noticesOf, type Staying, type Tidings } from 'pulse-deploy-kit/notify/notice';
import type { HistoryEntry } from './history.ts';
import type { DeploymentRecord } from './record.ts';

export interface NoticeTerms {
	readonly sender: NoticeSender;
	/** `null`: who asks does not know how long deployments are to stay, and leaves that to the janitor. */
	readonly kept: {
		/** A deployment that is there for longer, since it stopped being active, is told of. */
		readonly ms: number;
		/** Who or what holds each deployment that stays, where that is known. */
		readonly holding: ReadonlyMap<string, string>;
	} | null;
}

/** All that is to be told, of what is kept of the past and of what is there. */
export function noticesFrom(
	history: readonly HistoryEntry[],
	records: readonly DeploymentRecord[],
	{ kept }: Pick<NoticeTerms, 'kept'>,
	now: number,
): Tidings {
	const past = noticesOf(withProvenance(history), ({ event, id, from, at }) => `${event}-${id}-${from ?? ''}-${at}`);
	if (kept === null) return { past, standing: null };
	const staying = records.flatMap(({ id, state, drainStartedAt }): Staying[] =>
		state === 'draining' && drainStartedAt !== null ? [{ id, drainStartedAt, detail: kept.holding.get(id) }] : [],
	);
	return { past, standing: keptNotices(staying, kept.ms, now) };
}
