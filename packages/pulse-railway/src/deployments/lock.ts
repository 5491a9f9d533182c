import type { Lane } from 'pulse-deploy-kit/supersede/lane';
import type { LockHolder, LockName } from './store.ts';

export interface LockRequest {
	readonly name: LockName;
	/** Shown to a command that is refused: user, host and command. */
	readonly owner: string;
	/** Random, known to the holder alone. */
	readonly token: string;
	readonly ttlMs: number;
	/**
	 * Takes a lapsed lock again: the fence of the grant that ran out. Refused when the lock was granted since, held or not,
	 * because what was read under that grant may have changed.
	 */
	readonly lastFence?: number | undefined;
	/** Of one that is taken again: the fence of its first grant, since which its holder has been at work. */
	readonly firstFence?: number | undefined;
	/** Of a lease: which later deploys the one that is made stops for. Left out: for none. */
	readonly lane?: Lane | undefined;
}

export interface LockGrant {
	readonly granted: true;
	/** Grows with every grant of this name. */
	readonly fence: number;
}

export interface LockRefusal extends LockHolder {
	readonly granted: false;
}

export interface LockBreak extends Pick<LockRequest, 'name' | 'owner' | 'token'> {
	readonly seen: Pick<LockHolder, 'owner' | 'acquiredAt'>;
}

export interface BrokenLock {
	readonly broken: boolean;
	/** Who holds it by now: after `lock --break` the command that broke it. */
	readonly holder: LockHolder | null;
}

/** At least the time, so that it also grows over a store that lost its data. `now`: Unix milliseconds. */
export function nextFence(last: string | null | undefined, now: number): number {
	return Math.max(Number(last ?? 0) + 1, now);
}
