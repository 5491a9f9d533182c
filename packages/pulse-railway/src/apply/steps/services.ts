import type { Perform } from '../perform.ts';
import { learn, platformOf, type Run, revealed, serviceId } from '../run.ts';
import { lateServices, missing } from './late-services.ts';

export const createService: Perform<'create-service'> = async (step, run, signal) => {
	const created = await platformOf(run).createService(
		{ name: step.service, variables: revealed(run, step.variables) },
		signal,
	);
	run.services.set(step.service, created.serviceId);
	return undefined;
};

/** A creation whose answer was lost left a service whose id nobody learnt, so unknown names are looked up first. */
export const deleteServices: Perform<'delete-services'> = async (step, run, signal) => {
	if (missing(step.services, run).length > 0) await observe(run, signal);
	if (step.late === true) await lateServices(step.services, run, signal);
	for (const service of step.services) {
		const id = run.services.get(service);
		if (id === undefined) continue;
		await platformOf(run).deleteService(id, signal);
		run.services.delete(service);
	}
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
	await platformOf(run).configure(changes, signal);
	return undefined;
};

async function observe(run: Run, signal: AbortSignal): Promise<void> {
	learn(run, await platformOf(run).observe(signal));
}
