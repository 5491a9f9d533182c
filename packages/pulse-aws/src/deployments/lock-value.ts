import { type Lane, parseLane } from 'pulse-deploy-kit/supersede/lane';

/**
 * What the parameter of the deploy lock holds: `held by alice@host (pid 7) [<token> <version>]`, or `free [<token> <version>]`; that of a
 * lease may go on after its holder: `; stops for deploys`.
 * Parameter Store has no compare-and-swap; it counts the writes of a parameter. A write therefore names the version that
 * its writer had seen: one that came late, on top of another's, tells so by itself and holds nothing.
 */
export interface LockValue {
	/** Who holds it, for people; `null` when it is free. */
	readonly holder: string | null;
	/** Of the run that wrote it; `null` where an older version of this tool wrote it, without token and version. */
	readonly token: string | null;
	/** The version that it replaced; 0 for the first. */
	readonly over: number | null;
	/** Of a lease: which later deploys the one that is made stops for; absent: for none. */
	readonly lane?: Lane;
}

export interface SeenLock extends LockValue {
	readonly version: number;
}

/** A holder renews three times as often, and what holds nothing is replaced by the holder it was written over. */
export const LOCK_TTL_MS = 30_000;
export const LOCK_RENEW_MS = 10_000;

const FREE = 'free';

export function lockText({ holder, token, over, lane }: LockValue): string {
	return `${holder === null ? FREE : `held by ${leaseHolder(holder, lane)}`} [${token} ${over}]`;
}

/** Behind whom an older version of this tool names, which it takes for a part of that. */
export function leaseHolder(holder: string, lane: Lane | undefined): string {
	return lane === undefined ? holder : `${holder}; stops for ${lane}`;
}

export function parseLock(text: string): LockValue {
	const [, before = text, token = null, over = null] = /^(.*) \[(\w+) (\d+)\]$/.exec(text) ?? [];
	const [, whom = before, said] = /^(.*); stops for ([a-z0-9 -]+)$/.exec(before) ?? [];
	const lane = parseLane(said);
	return {
		holder: before === FREE ? null : (lane === undefined ? before : whom).replace(/^held by /, ''),
		token,
		over: over === null ? null : Number(over),
		...(lane === undefined ? {} : { lane }),
	};
}

/** Written over another version than its writer had seen. */
export const isVoid = ({ over, version }: Pick<SeenLock, 'over' | 'version'>): boolean =>
	over !== null && version !== over + 1;

/** How long it must stay as it is, in ms, before another run takes it. */
export function patienceMs(seen: SeenLock): number {
	if (seen.holder !== null || isVoid(seen)) return LOCK_TTL_MS;
	// An older version frees without looking, also what is another's by then; that holder renews within this time.
	return seen.token === null ? LOCK_RENEW_MS + 5_000 : 0;
}
