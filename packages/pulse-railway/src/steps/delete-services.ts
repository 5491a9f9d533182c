import { DeployToolError } from 'pulse-deploy-kit/errors';
import type { Step, StepOf } from '../plan/step.ts';
import type { StackObservation } from '../platform/port.ts';
import { backendServices, durableActiveId } from '../stack/durable.ts';
import { guarded, guardOf } from './guard.ts';
import { lateServices, missing } from './late-services.ts';
import { mayGo } from './may-go.ts';
import type { Perform } from './performers.ts';
import { learn, platformOf, type Run } from './run.ts';

type Which = Partial<Pick<StepOf<'delete-services'>, 'own' | 'late' | 'deployment'>>;

export function deleteServicesStep(id: string, services: readonly string[], which: Which, purpose = ''): Step {
	const kind = 'delete-services';
	return {
		kind,
		id,
		title: `Delete ${services.length === 1 ? 'service ' : ''}${services.join(', ')}${purpose}`,
		services,
		...which,
	};
}

/**
 * Right before each deletion everything is looked at again: what is active by now, or has visitors, stays, and so does what
 * another command has put there under the same name.
 */
export const deleteServices: Perform<'delete-services'> = async (step, run, signal) => {
	if (step.late === true && missing(step.services, run).length > 0) {
		learn(run, await guardOf(run).look(signal));
		await lateServices(step.services, run, signal);
	}
	for (const service of step.services) {
		const observation = await guardOf(run).look(signal);
		const id = step.own === true ? ownId(service, observation, run) : plannedId(service, observation, run);
		if (id === undefined) continue;
		if (step.deployment !== undefined) await mayGo(step.deployment, observation, run, signal);
		else refuseInUse(step, observation);
		await guarded(run, signal, (signal) => platformOf(run).deleteService(id, signal));
		run.services.delete(service);
		run.created.delete(service);
	}
	return undefined;
};

/**
 * A creation whose answer was lost left a service whose id was never learnt. It is this run's own when it was not there before:
 * the guard says that no other command has been here.
 */
function ownId(service: string, { services }: StackObservation, run: Run): string | undefined {
	const created = run.created.get(service);
	const standing = services.find(({ id, name }) => (created === undefined ? name === service : id === created));
	return standing === undefined || run.standing.has(standing.id) ? undefined : standing.id;
}

/** As the plan saw it; another service of that name is not meant. */
function plannedId(service: string, { services }: StackObservation, run: Run): string | undefined {
	const planned = run.services.get(service);
	return services.some(({ id }) => id === planned) ? planned : undefined;
}

/** The stack was deployed to although its init never ended. */
function refuseInUse({ services }: StepOf<'delete-services'>, observation: StackObservation): void {
	const deployments = backendServices(observation).map(({ serviceName }) => serviceName);
	if (deployments.length === 0 && durableActiveId(observation) === null) return;
	throw new DeployToolError(
		'in-use',
		`${services.join(', ')} serve ${deployments.join(', ') || 'a deployment'} by now`,
		{
			fault: 'user',
		},
	);
}
