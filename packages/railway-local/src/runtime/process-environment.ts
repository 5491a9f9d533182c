import { join } from 'node:path';
import type { DeploymentRow, StartSpec } from '../world/model.ts';
import { regionsOf } from '../world/settings.ts';
import { DECLARED_PORT_VARIABLE, imagePorts } from './own-port.ts';
import type { RuntimeContext } from './runtime-context.ts';
import { nodeOptions } from './stay-on-loopback.ts';

/** Of the replica at this place among all of a deployment. */
export function regionOf({ settings }: DeploymentRow, at: number): string {
	const regions = Object.entries(regionsOf(settings)).flatMap(([region, share]) =>
		Array<string>(share.numReplicas).fill(region),
	);
	return regions[at] ?? '';
}

/** Where the app listens in a container of its own: as its service says. */
export function appPort({ variables }: DeploymentRow, otherwise: number): number {
	const port = Number(variables.PORT);
	return Number.isInteger(port) && port > 0 && port < 65_536 ? port : otherwise;
}

/** Nothing of this machine, as on Railway. */
export function containerEnvironment(row: DeploymentRow, port: number, region = regionOf(row, 0)) {
	return { ...row.variables, ...provided(row, region), PORT: String(port) };
}

function provided(row: DeploymentRow, region: string) {
	return {
		RAILWAY_DEPLOYMENT_ID: row.id,
		RAILWAY_SNAPSHOT_ID: row.snapshotId ?? '',
		RAILWAY_REPLICA_REGION: region,
	};
}

/** In its own order: the machine's basics, what the image sets (its TZ and LANG too), the service's variables, and last what only we know. */
export function processEnvironment(
	context: RuntimeContext,
	row: DeploymentRow,
	built: StartSpec,
	port: number,
	region = regionOf(row, 0),
) {
	return {
		...context.basics,
		...imagePorts(built.env, row.variables.PORT, port),
		...row.variables,
		...(row.variables.PORT === undefined ? {} : { [DECLARED_PORT_VARIABLE]: row.variables.PORT }),
		...provided(row, region),
		// In the system's temporary folder it would outlive the platform, and mislead the next one with the same ports.
		PULSE_RAILWAY_ROUTER_SNAPSHOT_FILE: join(context.dataDir, `${row.instanceId}.routing.json`),
		PATH: built.path,
		PORT: String(port),
		NODE_OPTIONS: nodeOptions(row.variables.NODE_OPTIONS ?? built.env.NODE_OPTIONS, row.variables.PORT, port),
		PULSE_RAILWAY_PRIVATE_NETWORK: context.privateNetwork.path(row.environmentId),
		PULSE_RAILWAY_API_URL: context.apiUrl(),
	};
}
