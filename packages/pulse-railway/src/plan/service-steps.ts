import type { InstanceSettings } from '../platform/port.ts';
import type { Step, Variables } from './step.ts';

export function setVariables(service: string, variables: Variables): Step {
	return {
		kind: 'set-variables',
		id: `variables:${service}`,
		title: `Set the variables of ${service}`,
		service,
		variables,
	};
}

export function updateInstance(service: string, settings: InstanceSettings): Step {
	return { kind: 'update-instance', id: `configure:${service}`, title: `Configure ${service}`, service, settings };
}
