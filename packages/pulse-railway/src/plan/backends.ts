import type { ObservedService, StackObservation } from '../platform/port.ts';
import { ACTIVE_DEPLOYMENT_VARIABLE, DEPLOYMENT_ID_VARIABLE } from '../protocol.ts';

/** A service that carries a deployment id, whatever became of it. */
export interface Backend {
	readonly id: string;
	readonly service: ObservedService;
}

export function backendsOf(observation: StackObservation): readonly Backend[] {
	return observation.services.flatMap((service) => {
		const id = service.variables[DEPLOYMENT_ID_VARIABLE];
		return typeof id === 'string' && id !== '' ? [{ id, service }] : [];
	});
}

/** The durable truth of who is active; `null` before the first promotion. */
export function durableActiveId(observation: StackObservation): string | null {
	return observation.sharedVariables[ACTIVE_DEPLOYMENT_VARIABLE] || null;
}
