import type { ControlStatus } from '../control/status.ts';

/** Render sessions on a deployment; `null` when there is none or it did not say. */
export function sessionsOn({ sessions }: ControlStatus, id: string | null): number | null {
	const answer = id === null ? undefined : sessions[id];
	return answer?.reachable === true ? answer.total : null;
}
