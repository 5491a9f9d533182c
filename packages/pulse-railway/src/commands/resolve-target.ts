import { usageError } from 'pulse-deploy-kit/errors';
import type { Host } from 'pulse-deploy-kit/host';
import { textOf } from '../adapters/remember-target.ts';
import { projectHint, type Whereabouts } from '../config/local-hint.ts';
import type { RememberedTarget } from '../config/remembered.ts';
import type { TargetRequest } from '../config/target.ts';
import { isPlatformError } from '../platform/error.ts';
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
	host: Pick<Host, 'notify'>,
): Promise<EnvironmentIds | null> {
	const { projectId, environmentId } = request;
	if (projectId !== undefined && environmentId !== undefined) return { projectId, environmentId };
	const scope = await account.tokenScope(signal);
	const { remembered } = request;
	if (scope !== null) {
		const target = within(request, scope);
		if (remembered !== undefined) tellOfOther(remembered, scope, host);
		return target;
	}
	if (projectId === undefined && request.project === undefined) {
		if (remembered !== undefined) return inRemembered(request, remembered, { account, signal, host });
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
	session: Whereabouts & { readonly host: Pick<Host, 'notify'> },
): Promise<EnvironmentIds> {
	const target = await resolveTarget(request, account, signal, session.host);
	if (target !== null) return target;
	throw usageError(
		'project is required',
		`Give --project-id and --environment-id, or set RAILWAY_PROJECT_ID and RAILWAY_ENVIRONMENT_ID, or use a project token. No project yet, or forgotten which? ${projectHint(session)}`,
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

/** A project token says by itself where it works, which goes before what is remembered, but never without a word. */
function tellOfOther(remembered: RememberedTarget, scope: TokenScope, host: Pick<Host, 'notify'>): void {
	if (remembered.environment.id === scope.environment.id) return;
	host.notify({
		level: 'warning',
		text: `${remembered.place} remembers ${textOf(remembered)}; the token is for ${textOf(scope)}, where this command works`,
	});
}

/** Asked for before it is used: another person's token may open other projects alone. */
async function inRemembered(
	{ environmentId, environment }: TargetRequest,
	{ project, environment: usual, place }: RememberedTarget,
	{ account, signal, host }: { account: Account; signal: AbortSignal; host: Pick<Host, 'notify'> },
): Promise<EnvironmentIds> {
	const next = `Name another one: --project-id and --environment-id; or delete ${place} where that is of the past.`;
	const environments = await account.environments(project.id, signal).catch((error: unknown) => {
		if (!isPlatformError(error, 'unauthorized') && !isPlatformError(error, 'not-found')) throw error;
		throw usageError(`${place} remembers the project ${project.name}, which this token does not open`, next);
	});
	const named = environment === undefined ? undefined : only('environment', environment, environments).id;
	const id = environmentId ?? named ?? usual.id;
	const found = environments.find((one) => one.id === id);
	if (found === undefined) {
		throw usageError(`${place} remembers the environment ${usual.name} of ${project.name}, which is gone`, next);
	}
	host.notify({ level: 'info', text: `${textOf({ project, environment: found })}, as ${place} remembers` });
	return { projectId: project.id, environmentId: id };
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
