import type { Invocation } from 'pulse-deploy-kit/command';
import { goOn } from 'pulse-deploy-kit/plan/proposal';
import type { Session } from '../adapters/session.ts';
import {
	requiredDeploymentId,
	requiredDeploymentName,
	type ServiceTarget,
	serviceTarget,
} from '../config/service-target.ts';
import { findDeploymentByName } from '../deployments/id.ts';
import { planDelete } from '../plan/delete.ts';
import { backendServices, restingServices } from '../stack/durable.ts';
import { backendServiceName } from '../stack/names.ts';
import { openOn, sessionsOn } from '../stack/sessions.ts';
import type { Outcome } from './carry-out.ts';
import { changeStack } from './change-stack.ts';
import type { Stack } from './open-stack.ts';

export interface DeleteResult {
	readonly deployment_id: string;
	readonly deleted: true;
}

export interface DeleteRequest extends ServiceTarget {
	/** `delete` knows the id, `remove` the name it was generated from. */
	readonly which: { readonly id: string } | { readonly name: string };
}

export async function deleteRequest(typed: Invocation): Promise<DeleteRequest> {
	return { ...(await serviceTarget(typed)), which: { id: requiredDeploymentId(typed) } };
}

export async function removeRequest(typed: Invocation): Promise<DeleteRequest> {
	return { ...(await serviceTarget(typed)), which: { name: requiredDeploymentName(typed) } };
}

export function deleteDeployment(session: Session, request: DeleteRequest): Promise<Outcome<DeleteResult>> {
	const { which, routerService, servicePrefix } = request;
	const command = 'id' in which ? `delete ${which.id}` : `remove ${which.name}`;
	return changeStack(session, { ...request, command }, (stack) => {
		const { observation, live } = stack;
		const id = 'id' in which ? which.id : findDeploymentByName(which.name, knownIds(stack));
		const serviceName = backendServiceName(servicePrefix, id);
		const using = { sessions: sessionsOn(live, id), open: openOn(live, id) };
		const facts = { observation, live: live.snapshot, ...using, serviceName, routerService };
		const result = () => ({ deployment_id: id, deleted: true as const });
		const plan = planDelete(facts, id);
		// One that is kept may be being started again.
		const kept = restingServices(observation).some((service) => service.id === id);
		return { plan, questions: goOn(plan, true), result, halfMade: kept ? id : undefined };
	});
}

function knownIds({ observation, live }: Stack): readonly string[] {
	const standing = [...backendServices(observation), ...restingServices(observation)];
	return [...new Set([...standing, ...live.snapshot.deployments].map(({ id }) => id))];
}
