import type { Connection } from './connection.ts';
import { readConfig } from './environment-config.ts';
import { isPlatformError } from './error.ts';
import type { EnvironmentIds } from './operations/environment-ids.ts';
import { readPlaces } from './operations/observe.ts';
import type { InstanceSettings, Regions } from './port.ts';

export interface Placed {
	readonly serviceId: string;
	readonly settings?: InstanceSettings;
}

/**
 * Settings for several replicas whose region is not known are looked up: a service has a region from its creation
 * on, and a bare number counts for less than what stands there (docs/platform-facts/railway.md §12).
 */
export async function placed<T extends Placed>(
	connection: Connection,
	target: EnvironmentIds,
	changes: readonly T[],
	signal: AbortSignal,
): Promise<readonly T[]> {
	if (!changes.some(({ settings }) => settings !== undefined && isUnplaced(settings))) return changes;
	const config = await readable(connection, target, signal);
	return changes.map((change) => {
		const { settings, serviceId } = change;
		if (settings === undefined || !isUnplaced(settings)) return change;
		const regions = spread(settings.numReplicas, config?.service(serviceId).regions ?? {});
		return regions === null ? change : { ...change, settings: { ...settings, regions } };
	});
}

function isUnplaced({ numReplicas, regions }: InstanceSettings): boolean {
	return numReplicas > 1 && regions === undefined;
}

async function readable(connection: Connection, target: EnvironmentIds, signal: AbortSignal) {
	try {
		return readConfig((await connection.run(readPlaces, { ...target }, signal)).environment.config);
	} catch (error) {
		// The number alone is then all that can be said.
		if (isPlatformError(error, 'unauthorized')) return null;
		throw error;
	}
}

/** In its one region; several stay as the user spread them. */
function spread(replicas: number, regions: Regions): Regions | null {
	const [first, ...others] = Object.keys(regions);
	if (first === undefined) return null;
	return others.length === 0 ? { [first]: replicas } : regions;
}
