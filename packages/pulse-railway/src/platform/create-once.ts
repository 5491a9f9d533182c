import { afterUnclearAttempt, isPassing, isPlatformError, type PlatformError } from './error.ts';
import type { Retrying } from './retry.ts';

export interface CreateOnce<T> {
	create(): Promise<T>;
	/** The thing, if an attempt of ours made it although the answer was an error or was lost. */
	find(): Promise<T | undefined>;
	/** Railway refuses a second one, or `find` removes the first, so repeating early does no harm. */
	readonly refusedTwice?: true;
}

/** Pauses between looks, milliseconds: reads lag behind writes by seconds (docs/platform-facts/railway.md §1.4). */
const LOOKS_MS = [0, 1_000, 3_000, 6_000];

/**
 * Creates something that must not exist twice. After a failure that leaves open whether it was made, it is looked for
 * before anything is repeated. A conflict at the first attempt comes from another's, after an unclear one from our own.
 */
export async function createOnce<T>({ policy, clock }: Retrying, signal: AbortSignal, once: CreateOnce<T>): Promise<T> {
	let unclear = false;
	for (let attempt = 1; ; attempt++) {
		try {
			return await once.create();
		} catch (error) {
			if (!isPlatformError(error)) throw error;
			const conflict = error.kind === 'conflict';
			if (conflict ? !unclear : !error.mayHaveHappened) throw unclear ? afterUnclearAttempt(error) : error;
			unclear = true;
			for (const pause of looks(once, error)) {
				if (pause > 0) await clock.sleep(pause, signal);
				const found = await once.find();
				if (found !== undefined) return found;
			}
			if (!isPassing(error) || attempt >= policy.attempts) throw error;
		}
	}
}

function looks(once: CreateOnce<unknown>, error: PlatformError): readonly number[] {
	if (error.kind === 'conflict') return LOOKS_MS;
	// An error that was told ends the matter, found or not; silence deserves patience where repeating may do harm.
	return isPassing(error) && !once.refusedTwice ? LOOKS_MS : LOOKS_MS.slice(0, 2);
}
