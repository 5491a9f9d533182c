import { guarded } from './guard.ts';
import type { Perform } from './performers.ts';
import { platformOf, revealed, serviceId } from './run.ts';

export const createService: Perform<'create-service'> = async (step, run, signal) => {
	const created = await platformOf(run).createService(
		{ name: step.service, variables: revealed(run, step.variables) },
		signal,
	);
	run.services.set(step.service, created.serviceId);
	run.created.set(step.service, created.serviceId);
	return undefined;
};

export const updateInstance: Perform<'update-instance'> = async (step, run, signal) => {
	await platformOf(run).updateInstance(serviceId(run, step.service), step.settings, signal);
	return undefined;
};

export const group: Perform<'group'> = async (step, run, signal) => {
	const groupId = run.groups.get(step.like);
	if (groupId === undefined) return 'there is no group';
	const ids = step.services.map((service) => serviceId(run, service));
	await platformOf(run).setGroup(groupId, ids, signal);
	return undefined;
};

export const configure: Perform<'configure'> = async (step, run, signal) => {
	const changes = step.services.map(({ service, variables, settings }) => ({
		serviceId: serviceId(run, service),
		variables: revealed(run, variables),
		...(settings === undefined ? {} : { settings }),
	}));
	await guarded(run, signal, (signal) => platformOf(run).configure(changes, signal));
	return undefined;
};
