import type { Step, Variables } from '../plan/step.ts';
import { deleteServicesStep } from './delete-services.ts';
import type { Perform } from './performers.ts';
import { platformOf, revealed } from './run.ts';
import { variableNames } from './set-variables.ts';

export interface NewService {
	readonly service: string;
	readonly variables: Variables;
	/** Said after its name. */
	readonly purpose?: string;
	/** Which deployment it runs. */
	readonly deployment?: string;
}

export function createServiceStep(id: string, { service, variables, purpose, deployment }: NewService): Step {
	return {
		kind: 'create-service',
		id,
		title: `Create service ${service}${purpose === undefined ? '' : ` ${purpose}`}`,
		details: variableNames(variables),
		service,
		variables,
		undo: deleteServicesStep(`undo-${id}`, [service], {
			own: true,
			...(deployment === undefined ? {} : { deployment }),
		}),
	};
}

export const createService: Perform<'create-service'> = async (step, run, signal) => {
	const created = await platformOf(run).createService(
		{ name: step.service, variables: revealed(run, step.variables) },
		signal,
	);
	run.services.set(step.service, created.serviceId);
	run.created.set(step.service, created.serviceId);
	return undefined;
};
