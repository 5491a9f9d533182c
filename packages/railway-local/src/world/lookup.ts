import { Refusal } from '../refusal.ts';
import type {
	DeploymentRow,
	DomainRow,
	EnvironmentRow,
	InstanceRow,
	ProjectRow,
	ServiceRow,
	WorldData,
} from './model.ts';

export const projectOf = (data: WorldData, id: string): ProjectRow => data.projects[id] ?? missing('Project');
export const environmentOf = (data: WorldData, id: string): EnvironmentRow =>
	data.environments[id] ?? missing('Environment');
export const serviceOf = (data: WorldData, id: string): ServiceRow => data.services[id] ?? missing('Service');
export const deploymentOf = (data: WorldData, id: string): DeploymentRow =>
	data.deployments[id] ?? missing('Deployment');

export function instanceOf(data: WorldData, serviceId: string, environmentId: string): InstanceRow {
	return (
		instances(data).find((row) => row.serviceId === serviceId && row.environmentId === environmentId) ??
		missing('ServiceInstance')
	);
}

export const instances = (data: WorldData): InstanceRow[] => Object.values(data.instances);
export const servicesOf = (data: WorldData, projectId: string): ServiceRow[] =>
	Object.values(data.services).filter((row) => row.projectId === projectId);
export const environmentsOf = (data: WorldData, projectId: string): EnvironmentRow[] =>
	Object.values(data.environments).filter((row) => row.projectId === projectId);
export const instancesIn = (data: WorldData, environmentId: string): InstanceRow[] =>
	instances(data).filter((row) => row.environmentId === environmentId);
export const domainsOf = (data: WorldData, instanceId: string): DomainRow[] =>
	Object.values(data.domains).filter((row) => row.instanceId === instanceId);

/** Newest first. Rows are kept in order of creation, which decides where the clock cannot. */
export const deploymentsOf = (data: WorldData, instanceId: string): DeploymentRow[] =>
	Object.values(data.deployments)
		.filter((row) => row.instanceId === instanceId)
		.reverse();

function missing(what: string): never {
	throw new Refusal(`${what} not found`);
}
