import { isOwnProject, isUnfinishedInit } from '../plan/unfinished-init.ts';
import type { NamedId, Platform, StackObservation } from '../platform/port.ts';
import type { Session } from './session.ts';

export interface Found {
	readonly platform: Platform;
	readonly observation: StackObservation;
}

/** Projects of one name that are looked into. */
const CANDIDATES = 3;

/**
 * The project of this name that an interrupted `init` left in the workspace: going on with it is what its user wants, and
 * a second one would be left over. Finished ones, and those of anybody else, are not considered.
 */
export async function interruptedProject(
	{ account, ports }: Session,
	{ workspace, name }: { readonly workspace: NamedId; readonly name: string },
	signal: AbortSignal,
): Promise<Found | null> {
	const candidates = (await account.projects(workspace.id, signal))
		.filter((project) => project.name === name && isOwnProject(project))
		.sort((a, b) => b.createdAt.localeCompare(a.createdAt))
		.slice(0, CANDIDATES);
	for (const { id: projectId } of candidates) {
		const [environment] = await account.environments(projectId, signal);
		if (environment === undefined) continue;
		const platform = ports.openPlatform({ projectId, environmentId: environment.id });
		const observation = await platform.observe(signal);
		if (isUnfinishedInit(observation)) return { platform, observation };
	}
	return null;
}
