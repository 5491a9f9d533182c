import type { Invocation } from 'pulse-deploy-kit/command';
import { usageError } from 'pulse-deploy-kit/errors';
import { goOn } from 'pulse-deploy-kit/plan/proposal';
import type { Session } from '../adapters/session.ts';
import { optionalDeploymentId, type ServiceTarget, serviceTarget } from '../config/service-target.ts';
import { planRedeploy } from '../plan/redeploy.ts';
import { backendServices, durableActiveId } from '../stack/durable.ts';
import { openOn, sessionsOn } from '../stack/sessions.ts';
import type { Outcome } from './carry-out.ts';
import { changeStack } from './change-stack.ts';

export interface RedeployRequest extends ServiceTarget {
	readonly deploymentId: string | undefined;
}

/** Keys as scripts know them (contract R8.5). */
export interface RedeployResult {
	readonly backend_deployment_id: string | null;
	readonly backend_service_id: string | null;
	readonly backend_service_name: string;
	readonly backend_status: string | null;
	readonly deployment_id: string;
}

export async function redeployRequest(typed: Invocation): Promise<RedeployRequest> {
	return { ...(await serviceTarget(typed)), deploymentId: optionalDeploymentId(typed) };
}

/** Without an id: the active deployment. */
export function redeploy(session: Session, request: RedeployRequest): Promise<Outcome<RedeployResult>> {
	const { deploymentId, routerService } = request;
	const stack = { ...request, command: `redeploy ${deploymentId ?? ''}`.trim() };
	return changeStack(session, stack, ({ observation, live, run }) => {
		const id = deploymentId ?? durableActiveId(observation) ?? live.snapshot.activeId;
		if (id === null) throw usageError('no deployment is active', 'Deploy first: pulse-railway deploy');
		const using = { sessions: sessionsOn(live, id), open: openOn(live, id) };
		const plan = planRedeploy({ observation, ...using, routerService }, id);
		const result = () => {
			const service = backendServices(observation).find((backend) => backend.id === id)?.serviceName ?? id;
			return {
				backend_deployment_id: run.deployments.get(service)?.id ?? null,
				backend_service_id: run.services.get(service) ?? null,
				backend_service_name: service,
				backend_status: run.deployments.get(service)?.status ?? null,
				deployment_id: id,
			};
		};
		return { plan, questions: goOn(plan), result };
	});
}
