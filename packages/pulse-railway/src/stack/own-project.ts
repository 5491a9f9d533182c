import type { Session } from '../adapters/session.ts';
import type { InitConfig } from '../config/init.ts';
import type { NamedId, Platform, StackObservation } from '../platform/port.ts';
import { existingBaseline } from './baseline.ts';
import { isOwnProject, isUnfinishedInit } from './unfinished-init.ts';

export interface Found {
	readonly platform: Platform;
	readonly observation: StackObservation;
}

/** Projects of one name that are looked into. */
const CANDIDATES = 3;

/**
 * The project of this name that `init` made in the workspace before. What an interrupted one left is gone on with, and
 * beside a finished one no second is made: no user could tell the two apart. Projects of other tools do not count.
 */
export async function ownProject(
	{ account, ports }: Session,
	workspace: NamedId,
	{ projectName, names }: Pick<InitConfig, 'projectName' | 'names'>,
	signal: AbortSignal,
): Promise<Found | null> {
	const candidates = (await account.projects(workspace.id, signal))
		.filter((project) => project.name === projectName && isOwnProject(project))
		.sort((a, b) => b.createdAt.localeCompare(a.createdAt))
		.slice(0, CANDIDATES);
	for (const { id: projectId } of candidates) {
		const [environment] = await account.environments(projectId, signal);
		if (environment === undefined) continue;
		const platform = ports.openPlatform({ projectId, environmentId: environment.id });
		const observation = await platform.observe(signal);
		if (isUnfinishedInit(observation) || existingBaseline(observation, names).length > 0)
			return { platform, observation };
	}
	return null;
}
