import { isDeployToolError } from 'pulse-deploy-kit/errors';
import type { RouterPort } from '../adapters/ports.ts';
import type { RenderSessions } from '../backends/render-sessions.ts';
import type { ControlStatus } from '../control/status.ts';
import type { OpenOn } from '../plan/in-use.ts';
import type { BackendService } from './durable.ts';

/** Render sessions on a deployment; `null` when there is none or it did not say. */
export function sessionsOn(
	{ sessions, snapshot, activity }: Pick<ControlStatus, 'sessions' | 'snapshot' | 'activity'>,
	id: string | null,
): number | null {
	// It knows no sessions; each of its tabs may hold one.
	const record = snapshot.deployments.find((candidate) => candidate.id === id);
	if (record?.container !== undefined) return activity.find((candidate) => candidate.id === id)?.tabs ?? 0;
	const answer = id === null ? undefined : sessions[id];
	return answer?.reachable === true ? answer.total : null;
}

/** What runs through the router to a deployment: the word of its processes, a second old at most. */
export function openOn({ activity }: ControlStatus, id: string): OpenOn {
	const found = activity.find((candidate) => candidate.id === id);
	return { sockets: found?.sockets ?? 0, requests: found?.inFlight ?? 0 };
}

/** Of all records, and of these services, which no record names. */
export async function sessionsOfUnknown(
	unknown: readonly BackendService[],
	{ sessions }: ControlStatus,
	router: RouterPort,
	signal: AbortSignal,
): Promise<ControlStatus['sessions']> {
	const asked = await Promise.all(
		unknown
			.filter(({ id }) => sessions[id] === undefined)
			.map(async (service) => [service.id, await ask(service, router, signal)] as const),
	);
	return { ...sessions, ...Object.fromEntries(asked) };
}

/** A container app has no endpoint for that: what the router sent it would be a secret of the stack in a stranger's log. */
async function ask(
	{ id, serviceName, container }: BackendService,
	router: RouterPort,
	signal: AbortSignal,
): Promise<RenderSessions> {
	if (container !== undefined) return { reachable: false, detail: 'a container app knows no sessions' };
	return router.control('sessions', { id, serviceName }, signal).catch((error: unknown) => {
		// An older router does not know the question, and then it is not known who is there.
		if (isDeployToolError(error) && error.code === 'usage') return { reachable: false, detail: error.message };
		throw error;
	});
}
