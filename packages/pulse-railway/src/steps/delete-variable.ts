import type { Step } from '../plan/step.ts';
import { guarded } from './guard.ts';
import type { Perform } from './performers.ts';
import { platformOf, serviceId } from './run.ts';

export function deleteVariableStep(service: string, name: string): Step {
	return {
		kind: 'delete-variable',
		id: `delete:${service}:${name}`,
		title: `Remove ${name} from ${service}`,
		service,
		name,
	};
}

export const deleteVariable: Perform<'delete-variable'> = async (step, run, signal) => {
	const scope = step.service === null ? null : serviceId(run, step.service);
	await guarded(run, signal, (signal) => platformOf(run).deleteVariable(scope, step.name, signal));
	return undefined;
};
