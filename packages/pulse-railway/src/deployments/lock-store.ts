import type { Lane } from 'pulse-deploy-kit/supersede/lane';
import type { BrokenLock, LockBreak, LockGrant, LockRefusal, LockRequest } from './lock.ts';
import type { LockHolder, LockName, WriteOptions } from './store.ts';

/** Locks and leases, as a part of the store's contract. */
export interface LockStore {
	/**
	 * Set-if-absent with expiry. A refusal names the holder; a repeat by the same token is the same grant, extended. A lock
	 * that is taken again gets a new fence: who judged while it lay free must see that it is held once more.
	 */
	acquireLock(request: LockRequest): Promise<LockGrant | LockRefusal>;
	/** Extends the lock if `token` still holds it. */
	renewLock(name: LockName, token: string, ttlMs: number): Promise<boolean>;
	/** Compare and delete. */
	releaseLock(name: LockName, token: string): Promise<boolean>;
	/**
	 * Takes a lock from its holder, where that is who was seen. It stays taken until the holder's grant would have run out, since
	 * that may still act; its fence is raised, so that the holder gets it back by no means. May be repeated.
	 */
	breakLock(request: LockBreak): Promise<BrokenLock>;
	/**
	 * A deploy takes the place of those of its lane that were started earlier and are still being made: each one's lease says so,
	 * until it lapses. Pending ones alone, and no canary. Of two that ask it of each other the one whose lease was first granted
	 * later has its way. May be repeated. Rejects with `LockLostError` where the lease of `id` is not held, or by another grant than `lock`.
	 * @returns their ids
	 */
	supersede(id: string, lane: Lane, options?: Pick<WriteOptions, 'lock'>): Promise<readonly string[]>;
	/** Who holds it; `null` when free. */
	lockHolder(name: LockName): Promise<LockHolder | null>;
	/** The fence of the last grant, held or not; 0 before the first. */
	lastFence(name: LockName): Promise<number>;
}
