import { parseDeparture } from 'pulse-deploy-kit/departure';
import { parsePreview } from 'pulse-deploy-kit/preview';
import { readContainer } from '../deployments/container.ts';
import { InconsistentFactsError } from '../deployments/errors.ts';
import type { NamedService } from '../deployments/store.ts';
import type { StackObservation } from '../platform/port.ts';
import {
	ACTIVE_DEPLOYMENT_VARIABLE,
	AFFINITY_VARIABLE,
	DEPARTURE_VARIABLE,
	DEPLOYMENT_ID_VARIABLE,
	DEPLOYMENT_KIND_VARIABLE,
	HEALTH_PATH_VARIABLE,
	PREVIEW_VARIABLE,
} from '../protocol.ts';
import { sharedValue } from './shared-value.ts';

/** A deployment as the platform knows it. */
export interface BackendService extends NamedService {
	readonly serviceId: string;
}

export interface Durable {
	readonly activeId: string;
	readonly services: readonly BackendService[];
}

/** Every service that says which deployment it is. */
export function backendServices({ services }: StackObservation): BackendService[] {
	return services.flatMap(({ id: serviceId, name: serviceName, variables }) => {
		const id = variables[DEPLOYMENT_ID_VARIABLE]?.trim();
		if (!id) return [];
		const container = readContainer({
			kind: variables[DEPLOYMENT_KIND_VARIABLE]?.trim(),
			affinity: variables[AFFINITY_VARIABLE]?.trim(),
			healthPath: variables[HEALTH_PATH_VARIABLE]?.trim(),
			port: variables.PORT,
		});
		const departure = parseDeparture(variables[DEPARTURE_VARIABLE]);
		const preview = parsePreview(variables[PREVIEW_VARIABLE]);
		const known = {
			...(container === undefined ? {} : { container }),
			...(departure === undefined ? {} : { departure }),
			...(preview === undefined ? {} : { preview }),
		};
		return [{ id, serviceName, serviceId, ...known }];
	});
}

/** As the live store is told of it. */
export function namedService({ id, serviceName, container, departure, preview }: NamedService): NamedService {
	return {
		id,
		serviceName,
		...(container === undefined ? {} : { container }),
		...(departure === undefined ? {} : { departure }),
		...(preview === undefined ? {} : { preview }),
	};
}

/** The durable truth of who is active; `null` before the first promotion. */
export function durableActiveId(observation: StackObservation): string | null {
	return sharedValue(observation, ACTIVE_DEPLOYMENT_VARIABLE)?.trim() || null;
}

/** The durable truth; `null` without any deployment. Throws `InconsistentFactsError` where it contradicts itself (contract R9.6). */
export function durableTruth(observation: StackObservation): Durable | null {
	const services = backendServices(observation);
	if (services.length === 0) return null;
	const twice = services.find(({ id }, at) => services.findIndex((other) => other.id === id) !== at);
	if (twice) {
		const names = services.filter(({ id }) => id === twice.id).map(({ serviceName }) => serviceName);
		throw new InconsistentFactsError(
			`duplicate ${DEPLOYMENT_ID_VARIABLE} '${twice.id}' on services ${names.join(', ')}`,
			`Delete the one that is not wanted, or correct its ${DEPLOYMENT_ID_VARIABLE}.`,
		);
	}
	const activeId = durableActiveId(observation);
	if (activeId === null) throw new InconsistentFactsError('active deployment id is missing');
	if (!services.some(({ id }) => id === activeId)) {
		throw new InconsistentFactsError(`active deployment id '${activeId}' does not match any backend service`);
	}
	return { activeId, services };
}
