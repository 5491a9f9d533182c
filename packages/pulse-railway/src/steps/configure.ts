import type { PlannedChange, Step } from '../plan/step.ts';
import { guarded } from './guard.ts';
import type { Perform } from './performers.ts';
import { platformOf, revealed, serviceId } from './run.ts';
import { settingLines } from './update-instance.ts';

export function configureStep(services: readonly PlannedChange[]): Step {
	const names = services.map(({ service }) => service);
	return {
		kind: 'configure',
		id: 'configure',
		title: `Configure ${names.join(' and ')}`,
		details: services.flatMap(({ service, variables, settings = {} }) => [
			...Object.keys(variables)
				.sort()
				.map((name) => `${service}: variable ${name}`),
			...settingLines(settings).map(([name, value]) => `${service}: ${name} ${value}`),
		]),
		services,
	};
}

export const configure: Perform<'configure'> = async (step, run, signal) => {
	const changes = step.services.map(({ service, variables, settings }) => ({
		serviceId: serviceId(run, service),
		variables: revealed(run, variables),
		...(settings === undefined ? {} : { settings }),
	}));
	await guarded(run, signal, (signal) => platformOf(run).configure(changes, signal));
	return undefined;
};
