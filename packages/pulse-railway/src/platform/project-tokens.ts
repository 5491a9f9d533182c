import type { Connection } from './connection.ts';
import { createOnce } from './create-once.ts';
import { isPlatformError, PlatformError } from './error.ts';
import { createProjectToken as create, listProjectTokens, deleteProjectToken as remove } from './operations/account.ts';
import type { EnvironmentIds } from './operations/environment-ids.ts';
import { PAGE_SIZE, restOf } from './paginate.ts';

/** A token whose value was lost on the way is of no use: it is deleted before another one is made. */
export async function createProjectToken(
	connection: Connection,
	target: EnvironmentIds,
	name: string,
	signal: AbortSignal,
): Promise<string> {
	if ((await connection.identify(signal)).mode === 'project-token')
		throw new PlatformError('unauthorized', 'A project token cannot create project tokens.', {
			operation: 'projectTokenCreate',
			mayHaveHappened: false,
		});
	return createOnce(connection, signal, {
		create: async () => (await connection.run(create, { input: { ...target, name } }, signal)).projectTokenCreate,
		async find() {
			await deleteProjectTokens(connection, target, name, signal);
			return undefined;
		},
		refusedTwice: true,
	});
}

export async function deleteProjectTokens(
	connection: Connection,
	{ projectId, environmentId }: EnvironmentIds,
	name: string,
	signal: AbortSignal,
): Promise<void> {
	const ask = async (after?: string) => {
		const variables = { projectId, first: PAGE_SIZE, ...(after === undefined ? {} : { after }) };
		return (await connection.run(listProjectTokens, variables, signal)).projectTokens;
	};
	const tokens = await restOf('the list of project tokens', await ask(), ask);
	for (const { id } of tokens.filter((token) => token.name === name && token.environmentId === environmentId)) {
		await connection.run(remove, { id }, signal).catch((error: unknown) => {
			// A deleted id may also answer "Not Authorized"; one that is still there is found by the next run.
			if (!isPlatformError(error, 'not-found', 'unauthorized')) throw error;
		});
	}
}

/** Whether making one would get as far as that: listing them is the part that changes nothing. */
export async function mayListTokens(
	connection: Connection,
	{ projectId }: EnvironmentIds,
	signal: AbortSignal,
): Promise<boolean> {
	try {
		await connection.run(listProjectTokens, { projectId, first: 1 }, signal);
		return true;
	} catch (error) {
		if (isPlatformError(error, 'unauthorized', 'rejected')) return false;
		throw error;
	}
}
