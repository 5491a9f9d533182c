import type { Connection } from './connection.ts';
import { createOnce } from './create-once.ts';
import type { EnvironmentIds } from './operations/environment-ids.ts';
import { createDomain, listDomains } from './operations/services.ts';

/** The first service domain, or a new one. */
export async function ensureDomain(
	connection: Connection,
	target: EnvironmentIds,
	serviceId: string,
	targetPort: number,
	signal: AbortSignal,
): Promise<{ domain: string }> {
	const find = async () => {
		const { domains } = await connection.run(listDomains, { ...target, serviceId }, signal);
		return domains.serviceDomains[0];
	};
	const input = { environmentId: target.environmentId, serviceId, targetPort };
	const { domain } =
		(await find()) ??
		(await createOnce(connection, signal, {
			create: async () => (await connection.run(createDomain, { input }, signal)).serviceDomainCreate,
			find,
		}));
	return { domain };
}
