import { parseDeparture } from 'pulse-deploy-kit/departure';
import { parsePreview } from 'pulse-deploy-kit/preview';
import { readContainer } from '../deployments/container.ts';
import { InconsistentFactsError } from '../deployments/errors.ts';
import { parseResting } from '../deployments/resting.ts';
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
	RESTING_VARIABLE,
} from '../protocol.ts';
import { sharedValue } from './shared-value.ts';

/** A deployment as the platform knows it. */
export interface BackendService extends NamedService {
	readonly serviceId: string;
	/** The last that was started, as Railway names it; `null` where there was none. */
	readonly latestDeploymentId: string | null;
	/** It was kept, and has been started again since: where no visitor was ever sent to it, it is stopped again, not deleted. */
	readonly woken?: KeptService;
}

/** The service of a deployment that does not run, and is kept to be started again. */
export interface KeptService extends NamedService {
	readonly serviceId: string;
	/** Unix milliseconds. */
	readonly since: number;
	/** What ran last, as Railway names it; `null` where that was not known. */
	readonly of: string | null;
}

export interface Durable {
	readonly activeId: string;
	readonly services: readonly BackendService[];
}

/** Every service that says which deployment it is, but for those that are kept and do not run. */
export function backendServices(observation: StackObservation): BackendService[] {
	return everyBackend(observation).flatMap(({ rests, kept, ...backend }) => {
		if (rests) return [];
		return [kept === undefined ? backend : { ...backend, woken: kept }];
	});
}

/** Of deployments that do not run and are kept to be started again, newest first. */
export function restingServices(observation: StackObservation): KeptService[] {
	return everyBackend(observation)
		.flatMap(({ rests, kept }) => (rests && kept !== undefined ? [kept] : []))
		.sort((a, b) => b.since - a.since);
}

interface EveryBackend extends Omit<BackendService, 'woken'> {
	readonly rests: boolean;
	readonly kept?: KeptService;
}

function everyBackend(observation: StackObservation): EveryBackend[] {
	return observation.services.flatMap(
		({ id: serviceId, name: serviceName, variables, latestDeployment }): EveryBackend[] => {
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
			const backend = { id, serviceName, serviceId, latestDeploymentId: latestDeployment?.id ?? null, ...known };
			const resting = parseResting(variables[RESTING_VARIABLE]);
			if (resting === undefined) return [{ ...backend, rests: false }];
			// Whatever its mark says, what Railway calls active runs, or should.
			const rests = !resting.woken && durableActiveId(observation) !== id;
			return [{ ...backend, rests, kept: { ...backend, since: resting.at, of: resting.of } }];
		},
	);
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
