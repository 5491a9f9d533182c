import { Refusal } from '../refusal.ts';
import { hashToken, newId, newToken } from './ids.ts';
import { environmentsOf, servicesOf } from './lookup.ts';
import { DEFAULT_SETTINGS, type EnvironmentRow, type InstanceRow, type ProjectRow, type WorldData } from './model.ts';

export interface NewProject {
	readonly name?: string | null;
	readonly description?: string | null;
	readonly defaultEnvironmentName?: string | null;
	readonly workspaceId?: string | null;
}

export function createProject(data: WorldData, input: NewProject, at: number): ProjectRow {
	const project: ProjectRow = {
		id: newId(),
		name: input.name?.trim() || `project-${newId().slice(0, 8)}`,
		description: input.description ?? null,
		workspaceId: input.workspaceId ?? data.workspace.id,
		createdAt: at,
		groups: {},
	};
	data.projects[project.id] = project;
	createEnvironment(data, project.id, input.defaultEnvironmentName?.trim() || 'production', at);
	return project;
}

/** Every service of the project gets an instance in it (facts §2.2). */
export function createEnvironment(data: WorldData, projectId: string, name: string, at: number): EnvironmentRow {
	if (environmentsOf(data, projectId).some((row) => row.name === name)) {
		throw new Refusal(`An environment named "${name}" already exists in this project`);
	}
	const environment: EnvironmentRow = { id: newId(), projectId, name, createdAt: at, variables: {} };
	data.environments[environment.id] = environment;
	for (const service of servicesOf(data, projectId)) addInstance(data, service.id, environment.id, at);
	return environment;
}

export function addInstance(data: WorldData, serviceId: string, environmentId: string, at: number): InstanceRow {
	const instance: InstanceRow = {
		id: newId(),
		serviceId,
		environmentId,
		createdAt: at,
		updatedAt: at,
		groupId: null,
		settings: { ...DEFAULT_SETTINGS },
		variables: {},
		snapshotId: null,
		activeDeploymentId: null,
		fixedPort: null,
	};
	data.instances[instance.id] = instance;
	return instance;
}

/** The token is returned once; only its hash is kept. */
export function createProjectToken(
	data: WorldData,
	input: { projectId: string; environmentId: string; name: string },
	at: number,
): string {
	const token = newToken();
	const id = newId();
	data.projectTokens[id] = {
		id,
		projectId: input.projectId,
		environmentId: input.environmentId,
		name: input.name,
		hash: hashToken(token),
		display: `****${token.slice(-4)}`,
		createdAt: at,
	};
	return token;
}
