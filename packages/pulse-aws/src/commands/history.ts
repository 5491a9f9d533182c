import type { HistoryLine, HistoryReport } from 'pulse-deploy-kit/history/line';
import { looking, type Session } from '../adapters/session.ts';
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

/** What one was made of is told when it is deployed, and why it is deleted when its tasks are ended. */
export function completed(oldestFirst: readonly HistoryMoment[]): readonly HistoryMoment[] {
	const told = new Map<string, HistoryMoment>();
	return oldestFirst.map((entry) => {
		const before = told.get(entry.id);
		const { image, commit, message } = entry.image || entry.commit || entry.message ? entry : (before ?? entry);
		const because = entry.because ?? (entry.event === 'deleted' ? before?.because : null);
		const whole = { ...entry, image, commit, message, because };
		told.set(entry.id, whole);
		return whole;
	});
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
		image: image ?? null,
		commit: commit ?? null,
		message: message ?? null,
		made_of: of ?? null,
	};
}
