import { secondsUntil } from 'pulse-deploy-kit/departure';
import type { DeploymentRecord } from '../deployments/record.ts';
import type { ReloadOptions, ReloadTold } from './backends.ts';
import type { RenderSessions } from './render-sessions.ts';

/** What {@link hurry} asks of a deployment; `Backends` has both. */
export interface Hurries {
	sessions(record: DeploymentRecord, signal: AbortSignal): Promise<RenderSessions>;
	reload(record: DeploymentRecord, options: ReloadOptions): Promise<ReloadTold>;
}

export interface Hurried {
	/** Sockets that are told. */
	readonly told: number;
	/** Its pages would load anew at once, so they are told when the time is over. */
	readonly later: boolean;
}

const NOBODY: Hurried = { told: 0, later: false };

/**
 * Tells the pages of a deployment that was recalled, or drained by a time, within how many seconds they are to move. An app
 * that knows nothing of such a time, nor of what its pages say of themselves, is told once it is over; a container app's tabs
 * hear it from the edge, which has it in its table. Of one that is to be left no more, those who were told and are still there
 * hear that they may stay. Again is harmless. A courtesy: it rejects only for the signal.
 */
export async function hurry(
	record: DeploymentRecord,
	backends: Hurries,
	now: number,
	signal: AbortSignal,
): Promise<Hurried> {
	const by = leaveBy(record);
	if (by === undefined || record.container !== undefined) return NOBODY;
	const within = by === null ? null : secondsUntil(by, now);
	// An app of before would take word that its pages may stay for one that they are to move, and move them all at once.
	if (within !== 0) {
		const answer = await backends.sessions(record, signal);
		if (!answer.reachable || answer.tabs === undefined) return { told: 0, later: within !== null };
	}
	const { told } = await backends.reload(record, { within, signal }).catch(() => ({ told: 0 }));
	signal.throwIfAborted();
	return { told, later: false };
}

/** `null`: its pages may stay; `undefined`: nothing is to be said to them. */
function leaveBy({ state, departure }: DeploymentRecord): number | null | undefined {
	if (state === 'active') return null;
	return state === 'draining' ? departure?.by : undefined;
}
