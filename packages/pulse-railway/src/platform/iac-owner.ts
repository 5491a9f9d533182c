import { z } from 'zod';
import type { Connection } from './connection.ts';
import { query } from './operation.ts';
import type { EnvironmentIds } from './operations/environment-ids.ts';

/** Not in the published schema, so not among the operations that are checked against it; asked for by itself. */
const readOwners = query<
	Pick<EnvironmentIds, 'environmentId'>,
	{ environment: { iacPartials?: Record<string, string> | null | undefined } }
>(
	'readOwners',
	'($environmentId: String!) { environment(id: $environmentId) { iacPartials } }',
	z.object({ environment: z.object({ iacPartials: z.record(z.string(), z.string()).nullish() }) }),
);

/** For what is asked out of caution alone. */
const PATIENCE_MS = 5_000;

const WHOLE_PROJECT = '*';

/** Whether a whole-project file of `railway config` was applied to the environment. What cannot be read is no. */
export async function isWholeProject(
	connection: Connection,
	{ environmentId }: EnvironmentIds,
	signal: AbortSignal,
): Promise<boolean> {
	const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
	try {
		const { environment } = await connection.run(readOwners, { environmentId }, patience);
		return Object.values(environment.iacPartials ?? {}).includes(WHOLE_PROJECT);
	} catch {
		signal.throwIfAborted();
		return false;
	}
}
