import { shareText } from 'pulse-deploy-kit/canary/share';
import { standing } from 'pulse-deploy-kit/departure';
import { isDeployToolError, usageError } from 'pulse-deploy-kit/errors';
import { type DeploymentRecord, lastActiveFirst, type RoutingSnapshot } from '../deployments/record.ts';
import { lastDeparture } from '../deployments/transitions.ts';
import type { StackObservation } from '../platform/port.ts';
import { type BackendService, backendServices, durableActiveId, restingServices } from '../stack/durable.ts';
import { takeBackStep } from '../steps/depart.ts';
import { endCanaryStep } from '../steps/end-canary.ts';
import { hurryStep } from '../steps/hurry.ts';
import { reconcileStep } from '../steps/reconcile.ts';
import { registerStep } from '../steps/register.ts';
import { endingFacts } from './canary.ts';
import { cutOver, STANDING_SECONDS } from './cut-over.ts';
import { refusePreview } from './preview.ts';
import { staying } from './staying.ts';
import type { Plan, Step } from './step.ts';

export interface PromoteFacts {
	readonly observation: StackObservation;
	readonly live: RoutingSnapshot;
	/** Render sessions on the active deployment; `null` when it did not say. */
	readonly activeSessions: number | null;
	readonly routerService: string;
}

/** Moves new visitors to a deployment that still stands: no build, the tail of a deploy (decision 6). */
export function planPromote({ observation, live, activeSessions, routerService }: PromoteFacts, id: string): Plan {
	const backend = backendServices(observation).find((candidate) => candidate.id === id);
	if (backend === undefined) {
		const rests = restingServices(observation).some((kept) => kept.id === id);
		throw usageError(
			rests ? `deployment '${id}' does not run any more` : `deployment '${id}' not found`,
			rests
				? `Start it again and go back to it: pulse-railway rollback --redeploy ${id} --service ${routerService}`
				: `List them: pulse-railway status --service ${routerService}`,
		);
	}
	const record = live.deployments.find((candidate) => candidate.id === id);
	if (record?.state === 'retiring') {
		throw usageError(`deployment '${id}' is being deleted`, 'Deploy that version again.');
	}
	refusePreview(observation, record, backend);
	// A word that is older than its time as a draining one is of none.
	const departure = standing(lastDeparture(record, backend.departure));
	const done = live.activeId === id && durableActiveId(observation) === id;
	return {
		title: `Promote ${id}`,
		resume: `pulse-railway promote --deployment-id ${id} --service ${routerService}`,
		facts: done
			? [`${id} is already active`]
			: [
					...(live.activeId === null ? [] : [`Active now: ${live.activeId}`]),
					...(live.canary?.id === id
						? [`Canary now: ${shareText(live.canary.share)} of new visitors`]
						: endingFacts(live.canary)),
					...(departure === undefined
						? []
						: [`${id} was ${departure.recalled ? 'recalled' : 'to be left'}: that is taken back`]),
				],
		...(done ? {} : staying(live.activeId, activeSessions)),
		warnings: [],
		steps: done
			? []
			: [
					...known(record, backend, lostStore(observation, live)),
					...cutOver(backend, STANDING_SECONDS, live.canary?.id === id ? live.canary.beganAt : undefined),
					// Of the one that was active all along the store hears nothing new, and would let it run.
					...(live.canary !== undefined && live.activeId === id
						? [endCanaryStep(live.canary.id, live.canary.beganAt)]
						: []),
					...(departure === undefined ? [] : [takeBackStep(id, backend.serviceName, departure), hurryStep(id, 'stay')]),
				],
	};
}

/**
 * Where a rollback without an argument goes: the deployment that was active before, which is the one that began to drain
 * last and was not recalled. An interrupted promotion of any other is taken back; of that very one it was a rollback, and is finished.
 */
export function previousActive({ observation, live, routerService }: Omit<PromoteFacts, 'activeSessions'>): string {
	const stands = new Set(backendServices(observation).map(({ id }) => id));
	const drained = live.deployments
		.filter((record) => record.state === 'draining' && record.neverActive !== true && stands.has(record.id))
		.sort(lastActiveFirst(live.activeId));
	const previous = drained.find(({ departure }) => standing(departure)?.recalled !== true);
	const { activeId } = live;
	const durableId = durableActiveId(observation);
	// A predecessor's stack may say nothing durable: that is no promotion which was interrupted.
	const halfway = durableId !== null && durableId !== activeId && durableId !== previous?.id;
	if (halfway && activeId !== null && stands.has(activeId)) return activeId;
	if (previous !== undefined) return previous.id;
	const [recalled] = drained;
	if (recalled !== undefined)
		throw usageError(
			`the only earlier deployment, ${recalled.id}, was recalled`,
			`Going back to it takes that back: pulse-railway rollback ${recalled.id} --service ${routerService}`,
		);
	const [kept] = restingServices(observation);
	if (kept !== undefined && activeId !== null)
		throw usageError(
			'no earlier deployment runs any more',
			`Start one again and go back to it: pulse-railway rollback --redeploy --service ${routerService}`,
		);
	const others = live.deployments.some(
		({ id, state, preview }) => id !== activeId && state !== 'pending' && preview === undefined,
	);
	const why =
		activeId === null
			? 'Nothing is active yet: a rollback goes from one deployment to the one before it. First: pulse-railway deploy'
			: `Only ${activeId} is left: it was the first, or the janitor has deleted the one before it, which it does when its rollback window has ended and nobody uses it any more. ` +
				`${others ? 'The others have no service any more. ' : ''}Check out the earlier version of the app and deploy it again; what exists: pulse-railway status --service ${routerService}`;
	throw usageError('there is no earlier deployment to roll back to', why);
}

/** Where a rollback without an argument goes now; `null`: it would be refused. */
export function rollbackTarget(facts: Omit<PromoteFacts, 'activeSessions'>): string | null {
	const { canary, activeId } = facts.live;
	if (canary !== undefined && activeId !== null && durableActiveId(facts.observation) === activeId) return activeId;
	try {
		refuseAfterCanary(facts);
		return previousActive(facts);
	} catch (error) {
		if (isDeployToolError(error)) return null;
		throw error;
	}
}

/**
 * A rollback from a canary that has halted a moment before would leave the good version for the one before it, and so would one
 * that is typed twice.
 */
export function refuseAfterCanary(facts: Omit<PromoteFacts, 'activeSessions'>): void {
	const { activeId, promotedAt, canary, deployments } = facts.live;
	// One that ended because another was made active did so at that very moment.
	const ended = deployments.find(
		({ state, neverActive, preview, drainStartedAt }) =>
			neverActive === true &&
			preview === undefined &&
			state === 'draining' &&
			(drainStartedAt ?? 0) > (promotedAt ?? 0),
	);
	if (ended === undefined || canary !== undefined || activeId === null) return;
	const command = `pulse-railway rollback ${previousActive(facts)} --service ${facts.routerService}`;
	throw usageError(
		`the canary ${ended.id} has ended already: new visitors get ${activeId}`,
		`To leave that one as well, name where to: ${command}`,
	);
}

/** A deployment without a record is unknown to the router, which would answer its affinity as stale. */
function known(
	record: DeploymentRecord | undefined,
	backend: BackendService,
	restore: Step | undefined,
): readonly Step[] {
	if (restore !== undefined) return [restore];
	return record === undefined ? [registerStep(backend.id, backend.serviceName, backend.container)] : [];
}

/** The router's store knows no active deployment although Railway does: it lost its data. */
function lostStore(observation: StackObservation, live: RoutingSnapshot): Step | undefined {
	const backends = backendServices(observation);
	const active = backends.find(({ id }) => id === durableActiveId(observation));
	if (active === undefined || live.deployments.length > 0) return undefined;
	return reconcileStep(active, backends, live.revision);
}
