import { z } from 'zod';
import { mutation, query } from '../operation.ts';
import { PAGE_INFO, type Page, page } from '../paginate.ts';
import type { NamedId, TokenScope } from '../port.ts';
import type { EnvironmentIds } from './environment-ids.ts';

const named = z.object({ id: z.string(), name: z.string() });

/** Answers with the scope for a project token, and with null or an error for any other. */
export const readTokenScope = query<object, { projectToken?: TokenScope | null | undefined }>(
	'readTokenScope',
	'{ projectToken { project { id name } environment { id name } } }',
	z.object({ projectToken: z.object({ project: named, environment: named }).nullish() }),
);

/** Of any account or workspace token; `me` fails for the latter. */
export const readWorkspaces = query<object, { apiToken: { workspaces: NamedId[] } }>(
	'readWorkspaces',
	'{ apiToken { workspaces { id name } } }',
	z.object({ apiToken: z.object({ workspaces: z.array(named) }) }),
);

/** The person whose token it is; workspace and project tokens belong to no person. */
export const readMe = query<object, { me: { name?: string | null | undefined; email: string } }>(
	'readMe',
	'{ me { name email } }',
	z.object({ me: z.object({ name: z.string().nullish(), email: z.string() }) }),
);

/** Of other people, who invited this account to a project. Not for workspace tokens. */
export const readExternalWorkspaces = query<object, { externalWorkspaces: NamedId[] }>(
	'readExternalWorkspaces',
	'{ externalWorkspaces { id name } }',
	z.object({ externalWorkspaces: z.array(named) }),
);

const project = z.object({
	id: z.string(),
	name: z.string(),
	workspaceId: z.string().nullish(),
	description: z.string().nullish(),
	createdAt: z.string(),
});

export type ProjectNode = z.infer<typeof project>;

const PROJECT_FIELDS = 'id name workspaceId description createdAt';

export const listProjects = query<
	{ workspaceId?: string; first: number; after?: string },
	{ projects: Page<ProjectNode> }
>(
	'listProjects',
	`($workspaceId: String, $first: Int!, $after: String) {
		projects(workspaceId: $workspaceId, first: $first, after: $after) { edges { node { ${PROJECT_FIELDS} } } ${PAGE_INFO} }
	}`,
	z.object({ projects: page(project) }),
);

export const readProject = query<{ id: string }, { project: ProjectNode }>(
	'readProject',
	`($id: String!) { project(id: $id) { ${PROJECT_FIELDS} } }`,
	z.object({ project }),
);

export const listEnvironments = query<
	{ projectId: string; first: number; after?: string },
	{ environments: Page<NamedId> }
>(
	'listEnvironments',
	`($projectId: String!, $first: Int!, $after: String) {
		environments(projectId: $projectId, isEphemeral: false, first: $first, after: $after) {
			edges { node { id name } } ${PAGE_INFO}
		}
	}`,
	z.object({ environments: page(named) }),
);

/** With its first environment, as far as that is there already. */
export const createProject = mutation<
	{ input: { name: string; workspaceId: string; description: string } },
	{ projectCreate: NamedId & { environments: Page<NamedId> } }
>(
	'projectCreate',
	`($input: ProjectCreateInput!) {
		projectCreate(input: $input) { id name environments(first: 1) { edges { node { id name } } ${PAGE_INFO} } }
	}`,
	z.object({ projectCreate: named.extend({ environments: page(named) }) }),
	{ input: { name: true, workspaceId: true, description: true } },
);

export const deleteProject = mutation<{ id: string }, { projectDelete: boolean }>(
	'projectDelete',
	'($id: String!) { projectDelete(id: $id) }',
	z.object({ projectDelete: z.boolean() }),
);

export const createProjectToken = mutation<
	{ input: EnvironmentIds & { name: string } },
	{ projectTokenCreate: string }
>(
	'projectTokenCreate',
	'($input: ProjectTokenCreateInput!) { projectTokenCreate(input: $input) }',
	z.object({ projectTokenCreate: z.string() }),
	{ input: { projectId: true, environmentId: true, name: true } },
);

const projectTokens = page(z.object({ id: z.string(), name: z.string(), environmentId: z.string() }));

export const listProjectTokens = query<
	{ projectId: string; first: number; after?: string },
	{ projectTokens: z.infer<typeof projectTokens> }
>(
	'listProjectTokens',
	`($projectId: String!, $first: Int!, $after: String) {
		projectTokens(projectId: $projectId, first: $first, after: $after) {
			edges { node { id name environmentId } } ${PAGE_INFO}
		}
	}`,
	z.object({ projectTokens }),
);

export const deleteProjectToken = mutation<{ id: string }, { projectTokenDelete: boolean }>(
	'projectTokenDelete',
	'($id: String!) { projectTokenDelete(id: $id) }',
	z.object({ projectTokenDelete: z.boolean() }),
);
