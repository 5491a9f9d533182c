import { type Guard, guarded } from 'pulse-deploy-kit/plan/guard';
import { waitFor } from 'pulse-deploy-kit/wait';
import type { HeldLock } from '../control/hold-lock.ts';
import type { RoutingSnapshot } from '../deployments/record.ts';
import type { Step } from '../plan/step.ts';
import { ACTIVE_DEPLOYMENT_VARIABLE } from '../protocol.ts';
import { type BackendService, backendServices, durableActiveId, namedService } from '../stack/durable.ts';
import { underOneGrant } from './guard.ts';
import type { Perform } from './performers.ts';
import { reachesVisitors } from './reaches-visitors.ts';
import { platformOf, type Run, relockOf, routerOf } from './run.ts';

const BUDGET_SECONDS = 180;

/** The last look: nothing is up to date while new visitors get no page. */
export function settleActiveStep(movedFrom: string | null): Step {
	return {
		kind: 'settle-active',
		id: 'settle-active',
		title: 'Check that new visitors reach the active deployment',
		movedFrom,
		budgetSeconds: BUDGET_SECONDS,
	};
}

const HALFWAY_MS = 15_000;

/** Both truths. */
interface Seen {
	readonly snapshot: RoutingSnapshot;
	readonly backends: readonly BackendService[];
	readonly durable: string | null;
}

export const settleActive: Perform<'settle-active'> = async ({ movedFrom, budgetSeconds }, run, signal, report) => {
	const seen = await look(run, signal);
	const agrees = lagging(seen, movedFrom) === null;
	const active = agrees
		? seen.snapshot.activeId
		: await relockOf(run)(
				(lock) => underOneGrant(lock, (guard) => settle(movedFrom, run, lock, guard, signal)),
				signal,
			);
	if (active === null) return 'none yet';
	return `${active}, ${await reachesVisitors(run, active, budgetSeconds, signal, report)}`;
};

/** Under the deploy lock: a promotion of ours between its two writes must not find one of them taken back. */
async function settle(
	movedFrom: string | null,
	run: Run,
	lock: HeldLock,
	guard: Guard,
	signal: AbortSignal,
): Promise<string | null> {
	const seen = await look(run, signal);
	const { snapshot, backends, durable } = seen;
	const truth = lagging(seen, movedFrom);
	if (truth === null) return snapshot.activeId;
	if (truth === 'live') {
		await guard.confirm(signal);
		const services = backends.map(namedService);
		const activeId = durable as string;
		const params = { activeId, services, ifRevision: snapshot.revision, lock: lock.grant };
		await routerOf(run).control('reconcile', params, signal);
		return activeId;
	}
	const activeId = snapshot.activeId as string;
	await guarded(guard, signal, (signal) =>
		platformOf(run).setVariables(null, { [ACTIVE_DEPLOYMENT_VARIABLE]: activeId }, signal),
	);
	return activeId;
}

/** The truth that has to follow the other one; `null` where neither has to. */
function lagging({ snapshot, backends, durable }: Seen, movedFrom: string | null): 'live' | 'durable' | null {
	const live = snapshot.activeId;
	const stands = (active: string) => backends.some(({ id }) => id === active);
	// The predecessor of 0.1 promotes on Railway alone, and did so while this command ran.
	if (movedFrom !== null && live === movedFrom && durable !== null && durable !== movedFrom && stands(durable)) {
		return 'live';
	}
	if (live === null || !stands(live)) return null;
	// And the one of 0.3 in the store alone.
	return durable === null || (movedFrom !== null && durable === movedFrom && live !== movedFrom) ? 'durable' : null;
}

/**
 * A first promotion that is between its two writes is waited for. Live is read before durable: a promotion writes durable
 * first, so an id that is live and nowhere durable was never written there, and is no promotion under way.
 */
function look(run: Run, signal: AbortSignal): Promise<Seen> {
	return waitFor({
		what: 'the router to know the active deployment',
		budgetMs: HALFWAY_MS,
		clock: run.ports.clock,
		signal,
		next: 'Send visitors there: pulse-railway promote --deployment-id <id>; pulse-railway status lists them.',
		async check(signal) {
			const { snapshot } = await routerOf(run).control('status', { sessions: false }, signal);
			const observation = await platformOf(run).observe(signal);
			const backends = backendServices(observation);
			const durable = durableActiveId(observation);
			const missing = snapshot.activeId === null && backends.some(({ id }) => id === durable);
			return missing ? undefined : { snapshot, backends, durable };
		},
	});
}
