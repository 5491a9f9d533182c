import { readRemembered, rememberedPlace, unreadable } from 'pulse-deploy-kit/remembered';
import type { NamedId } from '../platform/port.ts';
import { apiEndpoint, isRailwayApi } from './api.ts';

/** The project and environment that `init` made for this app, beside its `pulse.toml`. */
export interface RememberedTarget {
	readonly project: NamedId;
	readonly environment: NamedId;
	/** The file, for messages. */
	readonly place: string;
}

/**
 * The name of the file. What a local platform has made is of this machine alone: it stands with the platform's own files, which
 * git and uploads leave out.
 */
export function rememberedName(env: Readonly<Record<string, string | undefined>>): string {
	return isRailwayApi(apiEndpoint(env)) ? 'railway.json' : 'local/target.json';
}

/** `undefined`: nothing is remembered. @throws usage error for a file that says neither */
export async function rememberedIn(
	folder: string,
	env: Readonly<Record<string, string | undefined>>,
): Promise<RememberedTarget | undefined> {
	const name = rememberedName(env);
	const said = await readRemembered(folder, name);
	if (said === undefined) return undefined;
	const project = namedId(said.project);
	const environment = namedId(said.environment);
	if (project === undefined || environment === undefined) {
		throw unreadable(name, 'it does not name a project and an environment');
	}
	return { project, environment, place: rememberedPlace(name) };
}

function namedId(value: unknown): NamedId | undefined {
	const { id, name } = (typeof value === 'object' && value !== null ? value : {}) as Partial<NamedId>;
	return typeof id === 'string' && id !== '' && typeof name === 'string' && name !== '' ? { id, name } : undefined;
}
