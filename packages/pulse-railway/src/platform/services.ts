import type { Connection } from './connection.ts';
import { createOnce } from './create-once.ts';
import { isPassing, isPlatformError } from './error.ts';
import { findServices } from './observe.ts';
import type { EnvironmentIds } from './operations/environment-ids.ts';
import { createService as create, deleteService as remove } from './operations/services.ts';
import type { CreateService } from './port.ts';

export async function createService(
	connection: Connection,
	target: EnvironmentIds,
	{ name, variables }: CreateService,
	signal: AbortSignal,
): Promise<{ serviceId: string }> {
	const input = { ...target, name, ...(variables === undefined ? {} : { variables }) };
	const secrets = Object.values(variables ?? {});
	const serviceId = await createOnce(connection, signal, {
		create: async () => (await connection.run(create, { input }, signal, { secrets })).serviceCreate.id,
		find: async () => (await findServices(connection, target, signal)).get(name),
		refusedTwice: true,
	});
	return { serviceId };
}

export async function deleteService(
	connection: Connection,
	target: EnvironmentIds,
	serviceId: string,
	signal: AbortSignal,
): Promise<void> {
	try {
		await connection.run(remove, { id: serviceId, environmentId: target.environmentId }, signal);
	} catch (error) {
		if (isPlatformError(error, 'not-found')) return;
		// A deleted id may also answer "Not Authorized" or "Problem processing request": then the list tells.
		if (!isPassing(error) && !isPlatformError(error, 'unauthorized')) throw error;
		const left = new Set((await findServices(connection, target, signal)).values());
		if (left.has(serviceId)) throw error;
	}
}
