import { seedText } from '../deployments/seed.ts';
import type { ObservedService, StackObservation } from '../platform/port.ts';
import { CONTROL_TOKEN_VARIABLE, ROUTER_SEED_VARIABLE } from '../protocol.ts';
import { type BackendService, backendServices, durableActiveId } from '../stack/durable.ts';
import { noteActiveStep } from '../steps/set-variables.ts';
import type { Step, Variables } from './step.ts';

/** A router that starts later than this follows the store and the janitor alone. */
const SEED_MS = 3_600_000;

/**
 * A router of the Python tools, which had no control endpoint, or what an interrupted upgrade made of one. A control token
 * that is sealed, and reads as null, was made by us.
 */
export function isPredecessor({ variables }: ObservedService): boolean {
	return variables[CONTROL_TOKEN_VARIABLE] === undefined || ROUTER_SEED_VARIABLE in variables;
}

export interface MoveOver {
	/** Who is active, before the router is replaced; `null` on a stack of ours, and where nothing says it. */
	readonly active: string | null;
	/** For the router. */
	readonly variables: Variables;
	/** Before anything is replaced. */
	readonly before: readonly Step[];
}

/**
 * Takes over who is active from a predecessor's stack. Version 0.1 keeps it on Railway alone, 0.3 in the store alone, and
 * a stack that went from one to the other has an old value on Railway: so what new visitors get now decides.
 */
export function moveOver(
	observation: StackObservation,
	router: ObservedService,
	visitorsReach: string | null,
	now: number,
): MoveOver {
	if (!isPredecessor(router)) return { active: null, variables: {}, before: [] };
	const backends = backendServices(observation);
	const durable = durableActiveId(observation);
	const active = [visitorsReach, durable].find((id) => backends.some((backend) => backend.id === id)) ?? null;
	if (active === null) return { active, variables: {}, before: [] };
	const seed = seedText({ truth: { activeId: active, services: unique(backends) }, until: now + SEED_MS });
	return {
		active,
		variables: { [ROUTER_SEED_VARIABLE]: seed },
		before: durable === active ? [] : [noteActiveStep(active)],
	};
}

/** The truth of a store names each deployment once; of two services with one id the janitor asks the operator. */
function unique(backends: readonly BackendService[]): { id: string; serviceName: string }[] {
	return [...new Map(backends.map(({ id, serviceName }) => [id, { id, serviceName }])).values()];
}
