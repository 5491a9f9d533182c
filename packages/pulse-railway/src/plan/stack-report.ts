import type { Affinity } from 'pulse-deploy-kit/container/settings';
import { standing } from 'pulse-deploy-kit/departure';
import type { InUseByReason, TabStates } from '../backends/render-sessions.ts';
import type { ControlStatus } from '../control/status.ts';
import type { DeploymentRecord } from '../deployments/record.ts';
import { decide } from '../janitor/decide.ts';
import type { Decision, Policy } from '../janitor/facts.ts';
import { keptToGoBackTo } from '../janitor/rollback-window.ts';
import type { StackObservation } from '../platform/port.ts';
import type { ServiceUsage } from '../platform/usage.ts';
import type { RouterFacts } from '../stack/baseline.ts';
import { backendServices, durableActiveId, restingServices } from '../stack/durable.ts';
import { type CanaryReport, canaryReport } from './canary-report.ts';
import { rollbackTarget } from './promote.ts';
import { failuresOf, tenths } from './request-rates.ts';
import { unknownBackends } from './settle.ts';
import { hourlyUsageCost } from './usage-cost.ts';
import { tabStates, whoIsLeft } from './who-is-left.ts';

/** What `status` says, keys as scripts read them. Times in Unix seconds, as in the store. */
export interface StackReport {
	readonly project: string;
	readonly environment: string;
	readonly server_address: string;
	readonly active_deployment: string | null;
	/** `PULSE_ACTIVE_DEPLOYMENT` on Railway; differs only while a promotion is under way or was interrupted. */
	readonly durable_active_deployment: string | null;
	/** Why the router did not answer; then all that is live is unknown. */
	readonly router_error: string | null;
	readonly router_replicas: number;
	readonly deploy_lock: { readonly owner: string; readonly acquired_at: number | null } | null;
	/** `null` while none runs. */
	readonly canary: CanaryReport | null;
	/** Where `rollback` without an id goes; `null`: nowhere. */
	readonly rollback_target: string | null;
	/** All that runs in the environment, also what other tools made. */
	readonly services: readonly ServiceReport[];
	readonly deployments: readonly DeploymentReport[];
	/** Deployments that do not run and are kept to be started again (`rollback --redeploy`), newest first. */
	readonly resting: readonly {
		readonly deployment_id: string;
		readonly service_name: string;
		readonly since: number;
	}[];
}

/** A service of the environment. */
export interface ServiceReport {
	readonly service_name: string;
	readonly role: 'router' | 'deployment' | 'service';
	readonly railway_status: string | null;
}

export interface DeploymentReport {
	readonly deployment_id: string;
	/** `container`: an app that knows nothing of us; its tabs, sockets and requests are what the router counts. */
	readonly kind: 'pulse' | 'container';
	/** Of a container app. */
	readonly affinity: Affinity | null;
	/** `canary`: a share of new visitors gets it; `preview`: who names it gets it; `unregistered`: a service that the router does not know; `unknown`: the router did not answer. */
	readonly state: string;
	readonly service_name: string | null;
	/** `null`: the service is gone. */
	readonly service_id: string | null;
	readonly railway_status: string | null;
	/** `null`: it did not say. */
	readonly sessions: number | null;
	/** That said so, as many as its private name leads to; `null`: it did not say. */
	readonly replicas: number | null;
	/** Of a container app, seen lately; `null` for a Pulse app. */
	readonly tabs: number | null;
	/** Of the pages that say so; `null`: it does not tell. */
	readonly tab_states: TabStates | null;
	/** Why tabs are held, in the words of pages: three at most, printable. */
	readonly held_reasons: readonly string[];
	/** What a Pulse app counts besides render sessions; `null`: it does not tell. */
	readonly in_use: InUseByReason | null;
	readonly sockets: number;
	readonly requests_in_flight: number;
	readonly requests_per_second: number;
	/** Of those, answers of 500 and more and requests that got none, by its fault; `null`: an older router does not tell. */
	readonly failures_per_second: number | null;
	/** What its memory and CPU cost in an hour, USD: Railway's list price of what it used in the last ten minutes, without egress and volumes; `null` where Railway does not tell. */
	readonly hourly_cost: number | null;
	readonly created_at: string | null;
	readonly last_seen_at: number | null;
	readonly drain_started_at: number | null;
	/** Until then it stays to go back to, although it has no visitors; `null`: it does not. */
	readonly rollback_until: number | null;
	/** A bad version, which no rollback chooses by itself. */
	readonly recalled: boolean;
	/** The pages that are left then are moved; `null`: they stay. */
	readonly leave_by: number | null;
	/** `null`: it is none. */
	readonly preview: { readonly name: string; readonly until: number } | null;
	/** What the janitor would do next, and why. */
	readonly janitor: {
		readonly action: string;
		readonly reason: string;
		readonly detail: string | null;
		readonly until: number | null;
	};
}

/** Newest first, the active one before all. `live` is the error when the router did not answer. */
export function stackReport(
	observation: StackObservation,
	live: ControlStatus | Error,
	router: RouterFacts,
	policy: Policy,
	usage: ReadonlyMap<string, ServiceUsage> = new Map(),
): StackReport {
	const known = live instanceof Error ? null : live;
	const ids = [...(known?.snapshot.deployments ?? []), ...backendServices(observation)].map(({ id }) => id);
	const kept = keptToGoBackTo(known?.snapshot ?? { deployments: [], activeId: null }, policy);
	const rows = [...new Set(ids)].map((id) => deploymentReport(id, observation, known, { policy, kept, usage }));
	const lock = known?.locks.deploy ?? null;
	return {
		project: observation.project.name,
		environment: observation.environment.name,
		server_address: router.origins[0] ?? router.controlOrigin,
		active_deployment: known?.snapshot.activeId ?? null,
		durable_active_deployment: durableActiveId(observation),
		router_error: live instanceof Error ? live.message : null,
		router_replicas: known?.replicas.length ?? 0,
		deploy_lock: lock === null ? null : { owner: lock.owner, acquired_at: seconds(lock.acquiredAt) },
		canary: known === null ? null : canaryReport(known),
		rollback_target:
			known === null ? null : rollbackTarget({ observation, live: known.snapshot, routerService: router.service.name }),
		services: servicesOf(observation, router),
		deployments: rows.sort(
			(a, b) =>
				Number(b.state === 'active') - Number(a.state === 'active') ||
				(b.created_at ?? '').localeCompare(a.created_at ?? '') ||
				a.deployment_id.localeCompare(b.deployment_id),
		),
		resting: restingServices(observation).map(({ id, serviceName, since }) => ({
			deployment_id: id,
			service_name: serviceName,
			since: since / 1000,
		})),
	};
}

function servicesOf(observation: StackObservation, router: RouterFacts): readonly ServiceReport[] {
	const backends = new Set(backendServices(observation).map(({ serviceId }) => serviceId));
	return observation.services.map(({ id, name, latestDeployment }) => ({
		service_name: name,
		role: id === router.service.id ? 'router' : backends.has(id) ? 'deployment' : 'service',
		railway_status: latestDeployment?.status ?? null,
	}));
}

interface Terms {
	readonly policy: Policy;
	readonly kept: ReadonlyMap<string, number>;
	readonly usage: ReadonlyMap<string, ServiceUsage>;
}

const costOf = (usage: ServiceUsage | undefined) => (usage === undefined ? null : hourlyUsageCost(usage));

function deploymentReport(
	id: string,
	observation: StackObservation,
	live: ControlStatus | null,
	{ policy, kept, usage }: Terms,
): DeploymentReport {
	const until = kept.get(id);
	const rollbackUntil = until !== undefined && live !== null && live.now < until ? until : null;
	const record = live?.snapshot.deployments.find((candidate) => candidate.id === id);
	const backend = backendServices(observation).find((candidate) => candidate.id === id);
	const service = observation.services.find((candidate) => candidate.id === backend?.serviceId);
	const activity = live?.activity.find((candidate) => candidate.id === id) ?? null;
	const sessions = live?.sessions[id] ?? null;
	const said = sessions?.reachable === true ? sessions : null;
	const decision =
		record === undefined || live === null
			? null
			: decide({ record, activity, sessions, tabsWholeAt: live.tabsWholeAt ?? null, rollbackUntil }, policy, live.now);
	const container = record?.container ?? backend?.container;
	const departure = standing(record?.departure);
	const left = live === null ? null : whoIsLeft(live, id);
	return {
		deployment_id: id,
		kind: container === undefined ? 'pulse' : 'container',
		affinity: container?.affinity ?? null,
		state: stateOf(live, record),
		service_name: record?.serviceName ?? service?.name ?? null,
		service_id: service?.id ?? null,
		railway_status: service?.latestDeployment?.status ?? null,
		sessions: said?.total ?? null,
		replicas: said === null ? null : (said.replicas ?? 1),
		tabs: container === undefined ? null : (activity?.tabs ?? 0),
		tab_states: left === null ? null : tabStates(left),
		held_reasons: said?.heldReasons ?? [],
		in_use: said?.inUse ?? null,
		sockets: activity?.sockets ?? 0,
		requests_in_flight: activity?.inFlight ?? 0,
		requests_per_second: tenths(activity?.requestRate ?? 0),
		failures_per_second: failuresOf(activity),
		hourly_cost: costOf(usage.get(service?.id ?? '')),
		created_at: service?.createdAt ?? null,
		last_seen_at: seconds(activity?.lastSeenAt ?? record?.lastSeenAt ?? null),
		drain_started_at: seconds(record?.drainStartedAt ?? null),
		rollback_until: seconds(rollbackUntil),
		recalled: departure?.recalled ?? false,
		leave_by: seconds(departure?.by ?? null),
		preview: record?.preview === undefined ? null : { name: record.preview.name, until: record.preview.until / 1000 },
		janitor: live === null ? UNKNOWN : decision === null ? unregistered(id, observation, live) : spoken(decision),
	};
}

function stateOf(live: ControlStatus | null, record: DeploymentRecord | undefined): string {
	if (live === null) return 'unknown';
	if (record === undefined) return 'unregistered';
	if (live.snapshot.canary?.id === record.id) return 'canary';
	return record.preview !== undefined && record.state === 'draining' ? 'preview' : record.state;
}

const UNKNOWN = { action: 'keep', reason: 'router away', detail: null, until: null };

/** A store that knows no deployment has lost its data: what stands on Railway is no leftover then. */
function unregistered(
	id: string,
	observation: StackObservation,
	{ snapshot }: ControlStatus,
): DeploymentReport['janitor'] {
	const nobody = snapshot.activeId === null;
	const lost = nobody && durableActiveId(observation) !== null;
	const unknown = nobody && !lost && snapshot.deployments.length === 0;
	const detail = lost
		? 'the janitor or the next deploy restores it'
		: unknown
			? 'the next deploy lets it drain'
			: unknownBackends(observation, { snapshot }).some((backend) => backend.id === id)
				? 'the next deploy deletes it, or lets it drain where somebody is on it'
				: 'the next deploy deletes it';
	return { action: 'keep', reason: 'unregistered', detail, until: null };
}

function spoken(decision: Decision): DeploymentReport['janitor'] {
	if (decision.action === 'delete') return { action: 'delete', reason: decision.reason, detail: null, until: null };
	if (decision.action === 'probe') return { action: 'keep', reason: 'not asked', detail: null, until: null };
	return { action: 'keep', reason: decision.reason, detail: decision.detail, until: seconds(decision.until) };
}

function seconds(ms: number | null): number | null {
	return ms === null ? null : ms / 1000;
}
