import type { Invocation } from 'pulse-deploy-kit/command';
import { goOn } from 'pulse-deploy-kit/plan/proposal';
import type { Session } from '../adapters/session.ts';
import {
	optionalDeploymentId,
	requiredDeploymentId,
	type ServiceTarget,
	serviceTarget,
} from '../config/service-target.ts';
import { planPromote, previousActive } from '../plan/promote.ts';
import { sessionsOn } from '../stack/sessions.ts';
import type { Outcome } from './carry-out.ts';
import { changeStack } from './change-stack.ts';

/** A person who rolls back has no time, and the deployment to get away from may hang. */
const PROBE_MS = 500;

export interface PromoteRequest extends ServiceTarget {
	readonly verb: 'promote' | 'rollback';
	/** Default of a rollback: the deployment that was active before. */
	readonly deploymentId: string | undefined;
}

export interface PromoteResult {
	readonly deployment_id: string;
	readonly previous_deployment_id: string | null;
	readonly server_address: string;
}

export async function promoteRequest(typed: Invocation): Promise<PromoteRequest> {
	return { ...(await serviceTarget(typed)), verb: 'promote', deploymentId: requiredDeploymentId(typed) };
}

export async function rollbackRequest(typed: Invocation): Promise<PromoteRequest> {
	return { ...(await serviceTarget(typed)), verb: 'rollback', deploymentId: optionalDeploymentId(typed) };
}

/** Both `promote` and `rollback`; without an id the target is who was active before. */
export function promote(session: Session, request: PromoteRequest): Promise<Outcome<PromoteResult>> {
	const { verb, deploymentId, routerService } = request;
	const stack = { ...request, command: `${verb} ${deploymentId ?? ''}`.trim(), probeMs: PROBE_MS };
	return changeStack(session, stack, ({ observation, live, router }) => {
		const { snapshot } = live;
		const facts = { observation, live: snapshot, routerService, activeSessions: sessionsOn(live, snapshot.activeId) };
		const id = deploymentId ?? previousActive(facts);
		const plan = { ...planPromote(facts, id), title: `${verb === 'rollback' ? 'Roll back to' : 'Promote'} ${id}` };
		const result = () => ({
			deployment_id: id,
			previous_deployment_id: snapshot.activeId,
			server_address: router.origins[0] ?? router.controlOrigin,
		});
		const state = snapshot.deployments.find((record) => record.id === id)?.state ?? 'pending';
		return { plan, questions: goOn(plan), result, halfMade: state === 'pending' ? id : undefined };
	});
}
