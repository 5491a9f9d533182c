import type { Connection } from './connection.ts';
import { type ConfigureVariables, configureServices } from './operations/configure.ts';
import type { EnvironmentIds } from './operations/environment-ids.ts';
import type { InstanceInput } from './operations/services.ts';
import { placed } from './placing.ts';
import type { InstanceSettings, ServiceChange } from './port.ts';

export async function configure(
	connection: Connection,
	target: EnvironmentIds,
	given: readonly ServiceChange[],
	signal: AbortSignal,
): Promise<void> {
	const changes = await placed(connection, target, given, signal);
	const values: Record<string, unknown> = {};
	const variables: number[] = [];
	const settings: number[] = [];
	for (const [at, change] of changes.entries()) {
		if (change.variables !== undefined && Object.keys(change.variables).length > 0) {
			variables.push(at);
			const scope = { ...target, serviceId: change.serviceId };
			values[`v${at}`] = { ...scope, variables: change.variables, replace: false, skipDeploys: true };
		}
		if (change.settings === undefined) continue;
		settings.push(at);
		values[`s${at}`] = change.serviceId;
		values[`i${at}`] = instanceInput(change.settings);
	}
	if (variables.length + settings.length === 0) return;
	const secrets = changes.flatMap((change) => Object.values(change.variables ?? {}));
	const sent = { environmentId: target.environmentId, ...values } as ConfigureVariables;
	await connection.run(configureServices({ variables, settings }), sent, signal, { secrets });
}

export function instanceInput({ image, numReplicas, regions, ...settings }: InstanceSettings): InstanceInput {
	const shares = Object.entries(regions ?? {}).map(([region, share]) => [region, { numReplicas: share }]);
	return {
		...settings,
		...(image === undefined ? {} : { source: { image } }),
		...(shares.length === 0 ? { numReplicas } : { multiRegionConfig: Object.fromEntries(shares) }),
	};
}
