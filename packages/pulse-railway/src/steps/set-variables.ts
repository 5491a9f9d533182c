import type { Step, Variables } from '../plan/step.ts';
import { ACTIVE_DEPLOYMENT_VARIABLE } from '../protocol.ts';
import { guarded } from './guard.ts';
import type { Perform } from './performers.ts';
import { platformOf, revealed, serviceId } from './run.ts';

/** The durable word of who is active, where live traffic says it already. */
export function noteActiveStep(deployment: string): Step {
	const variables = { [ACTIVE_DEPLOYMENT_VARIABLE]: deployment };
	return {
		kind: 'set-variables',
		id: 'note-active',
		title: `Note on Railway that ${deployment} is active`,
		details: variableNames(variables),
		service: null,
		variables,
	};
}

/** Names only, never values. */
export function variableNames(variables: Variables): readonly string[] {
	const names = Object.keys(variables).sort();
	return names.length === 0 ? [] : [`variables: ${names.join(' ')}`];
}

export const setVariables: Perform<'set-variables'> = async (step, run, signal) => {
	const scope = step.service === null ? null : serviceId(run, step.service);
	await guarded(run, signal, (signal) => platformOf(run).setVariables(scope, revealed(run, step.variables), signal));
	return undefined;
};
