import type { Clock } from 'pulse-deploy-kit/clock';
import { isPlatformError, type PlatformError } from './error.ts';
import type { Operation } from './operation.ts';

/** Railway's reads lag behind its writes by seconds (docs/platform-facts/railway.md §1.4): so long, "not there" may mean "not yet". */
export const LAG_MS = 20_000;
const IDS = ['id', 'projectId', 'environmentId', 'deploymentId', 'workflowId'];

export interface Lag {
	/** From now on reads may be behind. */
	wrote(): void;
	/** The read failed only because what it names may be too new. */
	explains(error: PlatformError, operation: Operation<object, unknown>, variables: object): boolean;
}

export function openLag(clock: Clock): Lag {
	let wroteAt = Number.NEGATIVE_INFINITY;
	return {
		wrote() {
			wroteAt = clock.now();
		},
		explains: (error, { reads }, variables) =>
			reads &&
			clock.now() - wroteAt < LAG_MS &&
			// What the token can see at all is another question than about one thing by its id.
			IDS.some((name) => name in variables) &&
			// Railway answers "Not Authorized" for what a token cannot see, and what is too new is not seen by any.
			isPlatformError(error, 'not-found', 'unauthorized'),
	};
}
