import type { Departure } from 'pulse-deploy-kit/departure';
import { DeployToolError } from 'pulse-deploy-kit/errors';
import type { Secret } from 'pulse-deploy-kit/secret';
import type { Ports, RouterPort } from '../adapters/ports.ts';
import type { HeldLock } from '../control/hold-lock.ts';
import type { VariableValue } from '../plan/step.ts';
import type { Platform, PlatformDeploymentStatus, StackObservation } from '../platform/port.ts';
import type { Guard } from './guard.ts';

/** What one execution of a plan knows and learns. Steps read it and add to it; results are made from it. */
export interface Run {
	readonly ports: Ports;
	/** Absent until a new project exists. */
	platform: Platform | undefined;
	target: { readonly projectId: string; readonly environmentId: string } | undefined;
	/** Absent until the router has a domain and a control token. */
	router: RouterPort | undefined;
	/** The deploy lock, or the lease of a deployment that is being made: its grant goes with every live write. */
	lock: HeldLock | undefined;
	/** Takes the deploy lock: anew, after it was lost, or for the one step that needs it. */
	readonly relock: Relock | undefined;
	/** Of runs that hold no lock; see `guardOf`. */
	guard: Guard | undefined;
	/** Told of the mark that the baseline gets. */
	marks: ((mark: string, written: boolean) => void) | undefined;
	/** A word of this run alone. */
	readonly owner: string;
	/** Ids of the services that stood when the plan was made: none of them is this run's to undo. */
	readonly standing: ReadonlySet<string>;
	/** Service name → id, of those that this run created. */
	readonly created: Map<string, string>;
	/** The last one that was made. */
	observation: StackObservation | undefined;
	/** Service name → id. */
	readonly services: Map<string, string>;
	/** Service name → the deployment that this run started there. */
	readonly deployments: Map<string, { readonly id: string; readonly status: PlatformDeploymentStatus | null }>;
	/** What builders left out. */
	readonly buildWarnings: Set<string>;
	/** Deployment → when the pages that are left on it are moved, as this run has said it. */
	readonly departures: Map<string, Departure>;
	/** Service name → canvas group. */
	readonly groups: Map<string, string>;
	/** Service name → domain. */
	readonly domains: Map<string, string>;
	mintedToken: Secret | undefined;
	/** Of a new router; a running one has it in its variables. */
	controlToken: Secret | undefined;
}

export type Relock = <T>(work: (lock: HeldLock) => Promise<T>, signal: AbortSignal) => Promise<T>;

export interface RunStart {
	readonly platform?: Platform;
	readonly observation?: StackObservation;
	readonly router?: RouterPort;
	readonly lock?: HeldLock;
	readonly relock?: Relock;
	readonly controlToken?: Secret;
}

export function startRun(ports: Ports, start: RunStart): Run {
	const run: Run = {
		ports,
		platform: start.platform,
		target: undefined,
		router: start.router,
		lock: start.lock,
		relock: start.relock,
		guard: undefined,
		marks: undefined,
		owner: crypto.randomUUID().slice(0, 8),
		standing: new Set(start.observation?.services.map(({ id }) => id)),
		created: new Map(),
		observation: undefined,
		services: new Map(),
		deployments: new Map(),
		buildWarnings: new Set(),
		departures: new Map(),
		groups: new Map(),
		domains: new Map(),
		mintedToken: undefined,
		controlToken: start.controlToken,
	};
	if (start.observation !== undefined) learn(run, start.observation);
	return run;
}

/** Takes over what an observation says about services. */
export function learn(run: Run, observation: StackObservation): void {
	run.observation = observation;
	run.target = { projectId: observation.project.id, environmentId: observation.environment.id };
	for (const service of observation.services) {
		run.services.set(service.name, service.id);
		if (service.groupId !== null) run.groups.set(service.name, service.groupId);
		const domain = service.domains.find(({ custom }) => !custom) ?? service.domains[0];
		if (domain !== undefined) run.domains.set(service.name, domain.domain);
	}
}

export function platformOf(run: Run): Platform {
	return run.platform ?? broken('there is no project yet');
}

export function routerOf(run: Run): RouterPort {
	return run.router ?? broken('the router has no address yet');
}

export function relockOf(run: Run): Relock {
	return run.relock ?? broken('the deploy lock cannot be taken');
}

export function serviceId(run: Run, service: string): string {
	return run.services.get(service) ?? broken(`service ${service} is not known`);
}

/** The values as they are sent; only here are secrets unwrapped. */
export function revealed(run: Run, variables: Readonly<Record<string, VariableValue>>): Record<string, string> {
	return Object.fromEntries(
		Object.entries(variables).map(([name, value]) => {
			if (typeof value === 'string') return [name, value];
			if (!('from' in value)) return [name, value.reveal()];
			return [name, run.mintedToken?.reveal() ?? broken('the token is not minted yet')];
		}),
	);
}

function broken(what: string): never {
	throw new DeployToolError('plan-order', `A step ran too early: ${what}.`, { fault: 'internal' });
}
