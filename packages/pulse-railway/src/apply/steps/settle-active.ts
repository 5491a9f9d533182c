import { waitFor } from 'pulse-deploy-kit/wait';
import { backendServices } from '../../janitor/durable.ts';
import { durableActiveId } from '../../plan/settle.ts';
import { ACTIVE_DEPLOYMENT_VARIABLE } from '../../protocol.ts';
import type { Perform } from '../perform.ts';
import { platformOf, type Run, routerOf } from '../run.ts';
import { reachesVisitors } from './verify.ts';

const HALFWAY_MS = 15_000;

/**
 * Live is read before durable: a promotion writes durable first, so an id that is live and nowhere durable was never
 * written there, and is no promotion under way.
 */
export const settleActive: Perform<'settle-active'> = async ({ movedFrom, budgetSeconds }, run, signal, report) => {
	const { snapshot, backends, durable } = await look(run, signal);
	const stands = (id: string) => backends.some((backend) => backend.id === id);
	const live = snapshot.activeId;
	// The predecessor of 0.1 promotes on Railway alone, and did so while this command ran.
	if (movedFrom !== null && durable !== null && durable !== movedFrom && live === movedFrom && stands(durable)) {
		const services = backends.map(({ id, serviceName }) => ({ id, serviceName }));
		await routerOf(run).control('reconcile', { activeId: durable, services, ifRevision: snapshot.revision }, signal);
		return `${durable}, ${await reachesVisitors(run, durable, budgetSeconds, signal, report)}`;
	}
	if (live === null) return 'none yet';
	// And the one of 0.3 in the store alone.
	const unwritten = durable === null || (movedFrom !== null && durable === movedFrom && live !== movedFrom);
	if (unwritten && stands(live)) {
		await platformOf(run).setVariables(null, { [ACTIVE_DEPLOYMENT_VARIABLE]: live }, signal);
	}
	return `${live}, ${await reachesVisitors(run, live, budgetSeconds, signal, report)}`;
};

/** Both truths; a first promotion that is between its two writes is waited for. */
function look(run: Run, signal: AbortSignal) {
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
