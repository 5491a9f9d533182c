import type { Step } from '../plan/step.ts';
import type { InstanceSettings } from '../platform/port.ts';
import type { Perform } from './performers.ts';
import { platformOf, serviceId } from './run.ts';

export function updateInstanceStep(service: string, settings: InstanceSettings): Step {
	return {
		kind: 'update-instance',
		id: 'configure',
		title: `Configure ${service}`,
		details: settingLines(settings).map(([name, value]) => `${name}: ${value}`),
		service,
		settings,
	};
}

/** Each setting as a plan shows it: its name and its value. */
export function settingLines(settings: Partial<InstanceSettings>): [string, string][] {
	return Object.entries(settings).map(([name, value]) => [
		name,
		typeof value === 'object'
			? Object.entries(value)
					.map(([key, one]) => `${key}=${one}`)
					.join(' ')
			: String(value),
	]);
}

export const updateInstance: Perform<'update-instance'> = async (step, run, signal) => {
	await platformOf(run).updateInstance(serviceId(run, step.service), step.settings, signal);
	return undefined;
};
