import type { Clock } from 'pulse-deploy-kit/clock';
import type { TaskUse } from '../task/drain-word.ts';

/** So long after a stop, and without a new request, the load balancer has surely taken this task out. */
const QUIET_MS = 5_000;
const LOOK_MS = 100;

/**
 * Waits until the load balancer sends nothing new. ECS takes a task out before it stops it, but not in every case, and it
 * takes a moment until each part of the load balancer knows: a connection that is refused meanwhile is a 502 to its visitor.
 */
export async function awaitLastRequest(inUse: () => TaskUse, budgetMs: number, clock: Clock): Promise<void> {
	const end = clock.now() + budgetMs;
	let { requestsBegun, sockets } = inUse();
	let changedAt = clock.now();
	while (clock.now() < end && clock.now() - changedAt < QUIET_MS) {
		await clock.sleep(Math.min(LOOK_MS, budgetMs));
		const now = inUse();
		if (now.requestsBegun !== requestsBegun || now.sockets > sockets) changedAt = clock.now();
		({ requestsBegun, sockets } = now);
	}
}
