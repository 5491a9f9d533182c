import { usageError } from 'pulse-deploy-kit/errors';
import { projectHint, type Whereabouts } from '../config/local-hint.ts';
import type { TargetRequest } from '../config/target.ts';
import type { EnvironmentIds } from '../platform/operations/environment-ids.ts';
import type { Account, NamedId, TokenScope } from '../platform/port.ts';

const DEFAULT_ENVIRONMENT = 'production';

/**
 * Ids from what the user said, else from what the token is confined to. Explicit ids are taken as they are, without a
 * request. `null`: neither says which project (contract R5.2, R5.3, R5.22).
 */
export async function resolveTarget(
	request: TargetRequest,
	account: Account,
	signal: AbortSignal,
): Promise<EnvironmentIds | null> {
	const { projectId, environmentId } = request;
	if (projectId !== undefined && environmentId !== undefined) return { projectId, environmentId };
	const scope = await account.tokenScope(signal);
	if (scope !== null) return within(request, scope);
	if (projectId === undefined && request.project === undefined) {
		if (environmentId !== undefined || request.environment !== undefined) {
			throw usageError('environment id requires an existing project id', 'Give --project-id as well.');
		}
		return null;
	}
	const project = projectId ?? (await projectNamed(request, account, signal)).id;
	if (environmentId !== undefined) return { projectId: project, environmentId };
	return { projectId: project, environmentId: await environmentOf(project, request.environment, account, signal) };
}

/** Like {@link resolveTarget}, for commands that need a project. */
export async function requireTarget(
	request: TargetRequest,
	account: Account,
	signal: AbortSignal,
	whereabouts: Whereabouts,
): Promise<EnvironmentIds> {
	const target = await resolveTarget(request, account, signal);
	if (target !== null) return target;
	throw usageError(
		'project is required',
		`Give --project-id and --environment-id, or set RAILWAY_PROJECT_ID and RAILWAY_ENVIRONMENT_ID, or use a project token. No project yet, or forgotten which? ${projectHint(whereabouts)}`,
	);
}

/** A project token sees one environment; anything else that was asked for cannot be reached with it. */
function within(request: TargetRequest, { project, environment }: TokenScope): EnvironmentIds {
	const otherProject =
		(request.projectId !== undefined && request.projectId !== project.id) ||
		(request.project !== undefined && request.project !== project.name);
	if (otherProject) throw usageError(`the token is scoped to Railway project ${project.name}`);
	const otherEnvironment =
		(request.environmentId !== undefined && request.environmentId !== environment.id) ||
		(request.environment !== undefined && request.environment !== environment.name);
	if (otherEnvironment) throw usageError(`the token is scoped to Railway environment ${environment.name}`);
	return { projectId: project.id, environmentId: environment.id };
}

async function projectNamed(request: TargetRequest, account: Account, signal: AbortSignal): Promise<NamedId> {
	const { project = '', workspace, workspaceId } = request;
	const named = workspace === undefined ? undefined : only('workspace', workspace, await account.workspaces(signal));
	return only('project', project, await account.projects(named?.id ?? workspaceId ?? null, signal));
}

async function environmentOf(
	projectId: string,
	name: string | undefined,
	account: Account,
	signal: AbortSignal,
): Promise<string> {
	const environments = await account.environments(projectId, signal);
	const [first, ...more] = environments;
	if (name === undefined && first !== undefined && more.length === 0) return first.id;
	return only('environment', name ?? DEFAULT_ENVIRONMENT, environments).id;
}

/** Names match exactly. */
export function only(kind: string, name: string, all: readonly NamedId[]): NamedId {
	const matches = all.filter((candidate) => candidate.name === name);
	const [match, ...more] = matches;
	if (match === undefined) {
		const available = all.map((candidate) => candidate.name).sort();
		throw usageError(`${kind} '${name}' not found`, `Available: ${available.join(', ') || 'none'}`);
	}
	if (more.length > 0) throw usageError(`${matches.length} ${kind}s are named '${name}'`, `Give --${kind}-id.`);
	return match;
}
