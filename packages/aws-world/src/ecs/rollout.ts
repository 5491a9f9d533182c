import type { WorldClock } from '../clock/world-clock.ts';
import type { Service } from './state.ts';

const MOST_EVENTS = 100;

export function addEvent(service: Service, message: string, clock: WorldClock): void {
	const id = `event-${service.events.length}-${clock.now()}`;
	service.events = [
		{ id, createdAt: new Date(clock.now()), message: `(service ${service.name}) ${message}` },
		...service.events,
	].slice(0, MOST_EVENTS);
}

/** Half of the desired tasks, between 3 and 200 (docs/platform-facts/aws.md §2 "Circuit breaker"). Pure. */
export function breakerThreshold(desired: number): number {
	return Math.min(200, Math.max(3, Math.ceil(desired / 2)));
}

/** A task of a deployment that never became steady has failed; a later death is not the deployment's failure. */
export function countFailure(service: Service, clock: WorldClock): void {
	if (service.rollout !== 'IN_PROGRESS') return;
	service.failedTasks++;
	// ECS starts again more and more slowly; the figures are not published (UNVERIFIED).
	service.notBefore = clock.now() + Math.min(60_000, 2_000 * 2 ** Math.min(service.failedTasks, 6));
	const breaker = service.input.deploymentConfiguration?.deploymentCircuitBreaker;
	if (breaker?.enable && service.failedTasks >= breakerThreshold(service.desired)) {
		service.rollout = 'FAILED';
		service.rolloutReason = 'ECS deployment circuit breaker: tasks failed to start.';
		addEvent(service, `(deployment ${service.deploymentId}) deployment failed: tasks failed to start.`, clock);
	} else if (service.failedTasks === 3) {
		addEvent(service, 'is unable to consistently start tasks successfully.', clock);
	}
}

export function reachedSteadyState(service: Service, clock: WorldClock): void {
	if (!service.steady) addEvent(service, 'has reached a steady state.', clock);
	service.steady = true;
	if (service.rollout === 'IN_PROGRESS') {
		service.rollout = 'COMPLETED';
		service.rolloutReason = `ECS deployment ${service.deploymentId} completed.`;
	}
}
