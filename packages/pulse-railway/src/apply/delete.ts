import type { Invocation } from 'pulse-deploy-kit/command';
import { backendServiceName } from '../config/names.ts';
import { serviceTarget } from '../config/service-target.ts';
import { findDeploymentByName } from '../deployments/id.ts';
import { backendServices } from '../janitor/durable.ts';
import { planDelete } from '../plan/delete.ts';
import { carryOut, type Outcome } from './carry-out.ts';
import { sessionsOn } from './sessions.ts';
import { type Stack, withStack } from './stack.ts';

export interface DeleteResult {
	readonly deployment_id: string;
	readonly deleted: true;
}

/** `delete` knows the id, `remove` the name it was generated from. */
export type DeleteWhich = { readonly id: string } | { readonly name: string };

export async function deleteDeployment(invocation: Invocation, which: DeleteWhich): Promise<Outcome<DeleteResult>> {
	const where = serviceTarget(invocation);
	const command = 'id' in which ? `delete ${which.id}` : `remove ${which.name}`;
	return withStack(invocation, { ...where, command }, async (stack) => {
		const { observation, live, run, signal } = stack;
		const id = 'id' in which ? which.id : findDeploymentByName(which.name, knownIds(stack));
		const { routerService, servicePrefix } = where;
		const serviceName = backendServiceName(servicePrefix, id);
		const facts = { observation, live: live.snapshot, sessions: sessionsOn(live, id), serviceName, routerService };
		const options = { signal, destructive: true };
		return carryOut(planDelete(facts, id), run, invocation, options, () => ({
			deployment_id: id,
			deleted: true as const,
		}));
	});
}

function knownIds({ observation, live }: Stack): readonly string[] {
	return [...new Set([...backendServices(observation), ...live.snapshot.deployments].map(({ id }) => id))];
}
