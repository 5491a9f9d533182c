import { DeployToolError, usageError } from 'pulse-deploy-kit/errors';
import { activeBefore, isRecalled, type PastEvent } from 'pulse-deploy-kit/history/active-before';
import type { Version } from './version.ts';

export interface VersionFacts {
	readonly activeId: string | null;
	/** Ids of deployments that run. */
	readonly running: readonly string[];
	/** Oldest first; empty where nothing was written down. */
	readonly history: readonly PastEvent[];
	/** What can be made again, newest first. */
	readonly versions: readonly Pick<Version, 'id'>[];
}

/**
 * Which version `rollback --redeploy` is about: without an id the one that was active before and was not recalled.
 * @param wanted `null`: that one
 * @returns its id; it runs, or can be made again
 */
export function chooseVersion(facts: VersionFacts, wanted: string | null): string {
	const { activeId, running, history, versions } = facts;
	const previews = new Set(history.filter(({ event }) => event === 'preview').map((one) => one.id));
	const id = wanted ?? before(facts);
	const makable = versions.map((one) => one.id).filter((one) => one !== activeId && !previews.has(one));
	const others = makable.filter((one) => one !== id);
	const next =
		others.length === 0
			? 'Check out that version of your code and deploy it again: pulse-aws deploy'
			: `What can be made again: ${others.join(', ')}. Name one: pulse-aws rollback --redeploy ${others[0]}`;
	if (id === null)
		throw new DeployToolError('nothing-to-roll-back-to', 'No earlier version is known.', { fault: 'user', next });
	if (previews.has(id))
		throw usageError(`${id} is a preview, which never becomes active`, 'Deploy that version: pulse-aws deploy');
	if (id === activeId) throw usageError(`${id} is active already`, next);
	if (running.includes(id) || makable.includes(id)) return id;
	throw new DeployToolError('version-gone', `${id} cannot be made again: its task definition is gone.`, {
		fault: 'user',
		detail: 'The newest ten are kept.',
		next,
	});
}

/** Versions that do not run and can be made again, the one that was active before first; none that was recalled. */
export function redeployable(facts: VersionFacts): readonly string[] {
	const { activeId, running, history, versions } = facts;
	const previews = new Set(history.filter(({ event }) => event === 'preview').map((one) => one.id));
	const rest = versions
		.map(({ id }) => id)
		.filter((id) => id !== activeId && !running.includes(id) && !previews.has(id) && !isRecalled(history, id));
	const first = before({ ...facts, versions: rest.map((id) => ({ id })) });
	return first !== null && rest.includes(first) ? [first, ...rest.filter((id) => id !== first)] : rest;
}

function before({ activeId, history, versions }: VersionFacts): string | null {
	const told = activeBefore(history, activeId);
	return told === undefined ? earlier(versions, activeId) : told;
}

/** Without a history ids tell, which grow with time. */
function earlier(versions: VersionFacts['versions'], activeId: string | null): string | null {
	return versions.find(({ id }) => activeId === null || id < activeId)?.id ?? null;
}
