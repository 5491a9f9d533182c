import { type DeployToolError, isDeployToolError, usageError } from 'pulse-deploy-kit/errors';
import { activeBefore, type PastEvent } from 'pulse-deploy-kit/history/active-before';
import { goOn } from 'pulse-deploy-kit/plan/proposal';
import type { Session } from '../adapters/session.ts';
import { refuseAfterCanary } from '../plan/promote.ts';
import { planWake } from '../plan/wake.ts';
import { backendServices, type KeptService, restingServices } from '../stack/durable.ts';
import { sessionsOn } from '../stack/sessions.ts';
import { agreeBeside } from './agree-beside.ts';
import type { Outcome, Proposal } from './carry-out.ts';
import { type Beside, outlived } from './deploy-beside.ts';
import { type OpenStack, openStack, type Stack, standingOf } from './open-stack.ts';
import { type PromoteRequest, type PromoteResult, promote } from './promote.ts';

export { rollbackRequest } from './promote.ts';

/**
 * Back to the deployment that was active before, or to a named one. With `--redeploy` also where it does not run any more: it is
 * started again beside what runs, and visitors are moved as by a deploy. What still runs is gone back to as it is.
 */
export async function rollback(session: Session, request: PromoteRequest): Promise<Outcome<PromoteResult>> {
	if (!request.redeploy) return promote(session, request);
	const { routerService, deploymentId } = request;
	const command = `rollback --redeploy ${deploymentId ?? ''}`.trim();
	const stack = await openStack(session, { ...request, command, asksUnknown: true, warnsOfOwner: true });
	const first = await stack.look(session.signal, false);
	const chosen = await choose(stack, first, request, session.signal);
	if (chosen === null) return promote(session, request);
	if (backendServices(first.observation).some(({ id }) => id === chosen))
		return promote(session, { ...request, deploymentId: chosen });
	const seen = (await outlived(stack, first, chosen, session)) ? await stack.look(session.signal, true) : first;
	const propose = proposer(chosen, routerService);
	if (session.dryRun) return { plan: propose(seen).plan, result: null };
	return agreeBeside(session, stack, propose, stack.agreement(), seen);
}

/** @returns `null`: a canary runs, and it is that which a rollback without an id ends. */
async function choose(
	{ router }: OpenStack,
	{ observation, live }: Stack,
	{ deploymentId, routerService }: PromoteRequest,
	signal: AbortSignal,
): Promise<string | null> {
	if (deploymentId !== undefined) return deploymentId;
	const { snapshot } = live;
	if (snapshot.canary !== undefined) return null;
	refuseAfterCanary({ observation, live: snapshot, routerService });
	const told: readonly PastEvent[] = await router.control('history', {}, signal).catch((error: unknown) => {
		if (isDeployToolError(error) && error.code === 'usage') return [];
		throw error;
	});
	const before = activeBefore(told, snapshot.activeId);
	// A store that lost its data has no history: what drains is younger than what was stopped.
	const drains = snapshot.deployments.some(({ state, neverActive }) => state === 'draining' && neverActive !== true);
	if (before === undefined && drains) return null;
	const id = before ?? restingServices(observation)[0]?.id;
	if (id === undefined) throw noneKept(observation, 'no earlier deployment is kept');
	return id;
}

type RollbackProposal = Proposal<PromoteResult> & Beside;

function proposer(id: string, routerService: string): (stack: Stack) => RollbackProposal {
	return (stack) => {
		const { observation, live, router } = stack;
		const kept = restingServices(observation).find((service) => service.id === id);
		if (kept === undefined) throw noneKept(observation, `deployment '${id}' is not kept any more`);
		const { activeId } = live.snapshot;
		const plan = planWake({ ...standingOf(stack), activeSessions: sessionsOn(live, activeId), routerService }, kept);
		const moved = { from: activeId };
		const result = () => ({
			deployment_id: id,
			previous_deployment_id: moved.from,
			server_address: router.origins[0] ?? router.controlOrigin,
			canary_percent: null,
			ended_canary: null,
			redeployed: true,
		});
		const again = `Run pulse-railway rollback --redeploy ${id} again if it is wanted after all.`;
		return {
			...{ plan, deploymentId: id, service: kept.serviceName, kind: kindOf(kept), stack, moved },
			...{ questions: goOn(plan), overLater: false, again, result },
		};
	};
}

/** It was active: what it is was said long ago. */
function kindOf({ container }: KeptService): Beside['kind'] {
	if (container === undefined) return { kindIsSaid: true, app: { language: 'javascript' } };
	const says = 'A container app, as it ran before';
	return { kindIsSaid: true, app: { language: 'container', sessionStore: null, framework: null, container, says } };
}

function noneKept(observation: Stack['observation'], message: string): DeployToolError {
	const [first, ...others] = restingServices(observation).map(({ id }) => id);
	if (first === undefined)
		return usageError(message, 'Check out that version of the app and deploy it again: pulse-railway deploy');
	return usageError(
		message,
		`Kept are ${[first, ...others].join(', ')}. Name one: pulse-railway rollback --redeploy ${first}`,
	);
}
