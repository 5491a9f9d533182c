import type { HistoryLine, HistoryReport } from 'pulse-deploy-kit/history/line';
import { looking, type Session } from '../adapters/session.ts';
import { completed } from '../deployments/complete-history.ts';
import { type HistoryMoment, readHistory } from '../platform/read-history.ts';
import { requireBaseline } from '../stack/read-baseline.ts';

export interface HistoryRequest {
	readonly deploymentName: string;
	/** `null`: of all. */
	readonly deploymentId: string | null;
	/** The newest. */
	readonly lines: number;
}

/** What has happened to deployments, as commands and the reaper of this version tell it. */
export async function history(
	session: Session,
	{ deploymentName: name, deploymentId, lines }: HistoryRequest,
): Promise<HistoryReport> {
	const kept = await readHistory(looking(session), name);
	// A mistyped name has no history either.
	if (kept.length === 0) await requireBaseline(session, name);
	const wanted = completed(kept).filter(
		({ id, from }) => deploymentId === null || id === deploymentId || from === deploymentId,
	);
	return { entries: wanted.slice(-lines).reverse().map(lineOf) };
}

function lineOf({
	at,
	event,
	id,
	from,
	until,
	percent,
	by,
	because,
	touched,
	image,
	commit,
	message,
	of,
}: HistoryMoment): HistoryLine {
	return {
		at: new Date(at).toISOString(),
		event,
		deployment_id: id,
		previous_deployment_id: from ?? null,
		until: until == null ? null : new Date(until).toISOString(),
		percent: percent ?? null,
		by: by ?? null,
		reason: because ?? null,
		touched: touched ?? null,
		image: image ?? null,
		commit: commit ?? null,
		message: message ?? null,
		made_of: of ?? null,
	};
}
