import { Refusal } from '../refusal.ts';
import { newId } from './ids.ts';
import { deploymentsOf, domainsOf, environmentsOf, instances, servicesOf } from './lookup.ts';
import type { ServiceRow, Variables, WorldData } from './model.ts';
import { addInstance } from './projects.ts';

const MAX_NAME = 32;

export interface NewService {
	readonly projectId: string;
	readonly name?: string | null;
	readonly icon?: string | null;
	readonly image?: string | null;
	readonly repo?: string | null;
	readonly variables?: Variables;
	readonly templateId?: string | null;
	readonly templateServiceId?: string | null;
}

/** Appears in every environment of the project (facts §2.2). */
export function createService(data: WorldData, input: NewService, at: number): ServiceRow {
	const service: ServiceRow = {
		id: newId(),
		projectId: input.projectId,
		name: checkedName(data, input.projectId, input.name ?? `service-${newId().slice(0, 8)}`),
		icon: input.icon ?? null,
		createdAt: at,
		templateId: input.templateId ?? null,
		templateServiceId: input.templateServiceId ?? null,
	};
	data.services[service.id] = service;
	for (const environment of environmentsOf(data, input.projectId)) {
		const instance = addInstance(data, service.id, environment.id, at);
		instance.variables = { ...input.variables };
		instance.settings.image = input.image ?? null;
		instance.settings.repo = input.repo ?? null;
	}
	return service;
}

export function checkedName(data: WorldData, projectId: string, raw: string): string {
	const name = raw.trim();
	if (name === '') throw new Refusal('Service name must not be empty', 'BAD_USER_INPUT');
	if (name.length > MAX_NAME)
		throw new Refusal(`Service name must be at most ${MAX_NAME} characters`, 'BAD_USER_INPUT');
	if (servicesOf(data, projectId).some((row) => row.name === name)) {
		throw new Refusal(`A service named "${name}" already exists in this project`);
	}
	return name;
}

/** Drops these instances of a service, and the service itself with the last of them. */
export function removeService(data: WorldData, serviceId: string, instanceIds: readonly string[]): void {
	for (const id of instanceIds) {
		for (const row of deploymentsOf(data, id)) delete data.deployments[row.id];
		for (const row of domainsOf(data, id)) delete data.domains[row.id];
		delete data.instances[id];
	}
	if (!instances(data).some((row) => row.serviceId === serviceId)) delete data.services[serviceId];
}
