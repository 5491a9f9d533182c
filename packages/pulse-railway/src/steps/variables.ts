import { waitFor } from 'pulse-deploy-kit/wait';
import type { StackObservation } from '../platform/port.ts';
import { guarded } from './guard.ts';
import type { Perform } from './performers.ts';
import { learn, platformOf, revealed, serviceId } from './run.ts';

export const setVariables: Perform<'set-variables'> = async (step, run, signal) => {
	const scope = step.service === null ? null : serviceId(run, step.service);
	await platformOf(run).setVariables(scope, revealed(run, step.variables), signal);
	return undefined;
};

export const deleteVariable: Perform<'delete-variable'> = async (step, run, signal) => {
	const scope = step.service === null ? null : serviceId(run, step.service);
	await guarded(run, signal, (signal) => platformOf(run).deleteVariable(scope, step.name, signal));
	return undefined;
};

export const awaitVariable: Perform<'await-variable'> = async (step, run, signal, report) => {
	report(step.name);
	// A sealed one is there as well, although its value is not shown.
	const isThere = ({ services }: StackObservation) => {
		const service = services.find(({ name }) => name === step.service);
		return service !== undefined && step.name in service.variables;
	};
	if (run.observation !== undefined && isThere(run.observation)) return undefined;
	await waitFor({
		what: `variable ${step.name} of service ${step.service}`,
		budgetMs: step.budgetSeconds * 1000,
		clock: run.ports.clock,
		signal,
		async check(signal) {
			const observation = await platformOf(run).observe(signal);
			learn(run, observation);
			return isThere(observation) || undefined;
		},
	});
	return undefined;
};
