import { stat } from 'node:fs/promises';
import { typedPath } from 'pulse-deploy-kit/build-paths';
import { isContainerApp } from 'pulse-deploy-kit/container/is-container-app';
import { usageError } from 'pulse-deploy-kit/errors';
import { originText, type ResolvedSettings, resolveSettings } from 'pulse-deploy-kit/settings';
import type { Typed } from './deploy.ts';
import { deploySettings } from './deploy-settings.ts';
import { besideApp, type PlaceMemory, placeMemory } from './place-memory.ts';
import type { RememberedPlace } from './remembered.ts';

type Resolved = ResolvedSettings<typeof deploySettings>;

export interface AppToDeploy extends Resolved {
	readonly isContainer: boolean;
	/** It was said, not found out by looking. */
	readonly isSaid: boolean;
	/** Of what `deploy` builds, and what stands beside it. */
	readonly folder: string;
	/** What is remembered beside it, whether or not it counts. */
	readonly place: RememberedPlace | undefined;
	readonly memory: PlaceMemory | undefined;
}

/**
 * What stands in the build context, a Pulse app or a container app, and what `pulse.toml` says of it. Who names an app file
 * means a Pulse app.
 * @throws usage error where it cannot be known, or a Pulse app is given what only a container app has
 */
export async function appToDeploy({ flags, env, cwd }: Typed): Promise<AppToDeploy> {
	const typed = resolveSettings(deploySettings, { flags, env });
	const { context, container } = typed.values;
	const namesFile = typed.origins.appFile?.from !== 'default';
	const folder = typedPath(cwd, context);
	// A folder that is not there is reported by the step that needs it.
	const isThere = (await stat(folder).catch(() => null))?.isDirectory() === true;
	const nothing = { file: undefined, remembered: undefined, place: undefined };
	const beside = isThere ? await besideApp(folder, { flags, env }) : nothing;
	const { file, remembered: memory, place } = beside;
	const resolved = resolveSettings(deploySettings, { flags, env, file, memory });
	const all = { ...resolved, folder, place, memory: placeMemory(beside, resolved.origins) };
	const isSaid = namesFile || all.values.container !== undefined;
	const mayBeContainer = isThere && (container === true || !namesFile);
	if (mayBeContainer && (await isContainerApp({ cwd, folder, ...all.values })) === true)
		return { ...all, isContainer: true, isSaid };
	for (const key of ['port', 'start'] as const) {
		const origin = typed.origins[key];
		if (origin === undefined) continue;
		throw usageError(`${originText(origin)} is for container apps`, 'A Pulse app listens on port 8000.');
	}
	return { ...all, isContainer: false, isSaid };
}
