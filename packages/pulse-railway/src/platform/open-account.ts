import { PROJECT_MARK } from '../protocol.ts';
import type { Connection } from './connection.ts';
import { createOnce } from './create-once.ts';
import { isPassing, isPlatformError, PlatformError } from './error.ts';
import {
	createProject,
	deleteProject,
	listEnvironments,
	listProjects,
	type ProjectNode,
	readExternalWorkspaces,
	readMe,
	readProject,
	readWorkspaces,
} from './operations/account.ts';
import { PAGE_SIZE, type Page, restOf } from './paginate.ts';
import type { Account, NamedId, ProjectSummary } from './port.ts';

/** Pauses while a new project is not readable yet, milliseconds. */
const SETTLING_MS = [500, 1_000, 2_000, 4_000, 8_000];

export function openAccount(connection: Connection): Account {
	const pageFrom = (after?: string) => ({ first: PAGE_SIZE, ...(after === undefined ? {} : { after }) });

	async function environments(projectId: string, signal: AbortSignal): Promise<readonly NamedId[]> {
		const ask = async (after?: string) =>
			(await connection.run(listEnvironments, { projectId, ...pageFrom(after) }, signal)).environments;
		return restOf('the list of environments', await ask(), ask);
	}

	async function projects(workspaceId: string | null, signal: AbortSignal): Promise<readonly ProjectSummary[]> {
		const { scope } = await connection.identify(signal);
		if (scope !== null) {
			const { project } = await connection.run(readProject, { id: scope.project.id }, signal);
			return [project].map(summary).filter((own) => workspaceId === null || own.workspaceId === workspaceId);
		}
		if (workspaceId !== null) return projectsOf({ workspaceId }, signal);
		// Personal projects live in a workspace too; without one, Railway does not promise to list them all.
		const lists = (await workspaces(signal)).map(({ id }) => projectsOf({ workspaceId: id }, signal));
		const listed = (await Promise.all(lists.length === 0 ? [projectsOf({}, signal)] : lists)).flat();
		return [...new Map(listed.map((project) => [project.id, project])).values()];
	}

	async function projectsOf(filter: { workspaceId?: string }, signal: AbortSignal): Promise<readonly ProjectSummary[]> {
		const ask = async (after?: string) =>
			(await connection.run(listProjects, { ...filter, ...pageFrom(after) }, signal)).projects;
		return (await restOf('the list of projects', await ask(), ask)).map(summary);
	}

	async function workspaces(signal: AbortSignal): Promise<readonly NamedId[]> {
		const own = (await connection.run(readWorkspaces, {}, signal)).apiToken.workspaces;
		const external = await connection.run(readExternalWorkspaces, {}, signal).catch((error) => {
			// A workspace token belongs to no person who could be invited.
			if (isPlatformError(error, 'unauthorized')) return { externalWorkspaces: [] };
			throw error;
		});
		const known = new Set(own.map((workspace) => workspace.id));
		return [...own, ...external.externalWorkspaces.filter((workspace) => !known.has(workspace.id))];
	}

	/** A project that was created a moment ago may not be readable yet. */
	async function firstEnvironment(projectId: string, signal: AbortSignal): Promise<NamedId> {
		for (const pause of [...SETTLING_MS, 0]) {
			const [first] = await environments(projectId, signal);
			if (first !== undefined) return first;
			if (pause > 0) await connection.clock.sleep(pause, signal);
		}
		throw new PlatformError('not-found', 'The new project has no environment.', {
			operation: 'listEnvironments',
			mayHaveHappened: true,
			next: `Create an environment in project ${projectId}, then run the command again with --project-id ${projectId}.`,
		});
	}

	return {
		projects,
		workspaces,
		environments,
		tokenScope: async (signal) => (await connection.identify(signal)).scope,

		async person(signal) {
			const { scope } = await connection.identify(signal);
			if (scope !== null) return null;
			try {
				return (await connection.run(readMe, {}, signal)).me.email;
			} catch (error) {
				if (isPlatformError(error, 'unauthorized')) return null;
				throw error;
			}
		},

		async createProject({ name, workspaceId }, signal) {
			const description = `${PROJECT_MARK} (${word(connection.random)})`;
			const input = { name, workspaceId, description };
			const project = await createOnce<NamedId & { environments?: Page<NamedId> }>(connection, signal, {
				create: async () => (await connection.run(createProject, { input }, signal, { auth: 'bearer' })).projectCreate,
				find: async () =>
					(await projects(workspaceId, signal)).find((candidate) => candidate.description === description),
			});
			const environment = project.environments?.edges[0]?.node ?? (await firstEnvironment(project.id, signal));
			return { project: { id: project.id, name: project.name }, environment };
		},

		// Loaded where it is asked for: what parses and validates documents is larger than all else here.
		checkOperations: async (signal) =>
			(await import('./schema/check-operations.ts')).checkOperations(connection, signal),

		async deleteProject(id, signal) {
			try {
				await connection.run(deleteProject, { id }, signal, { auth: 'bearer' });
			} catch (error) {
				if (isPlatformError(error, 'not-found')) return;
				// A deleted id may also answer "Not Authorized": then the list tells.
				if (!isPassing(error) && !isPlatformError(error, 'unauthorized')) throw error;
				if ((await projects(null, signal)).some((project) => project.id === id)) throw error;
			}
		},
	};
}

function summary(node: ProjectNode): ProjectSummary {
	return { ...node, workspaceId: node.workspaceId ?? null, description: node.description ?? null };
}

function word(random: () => number): string {
	return Array.from({ length: 8 }, () => Math.floor(random() * 36).toString(36)).join('');
}
