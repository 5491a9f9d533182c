import type { Clock } from 'pulse-deploy-kit/clock';
import { LockLostError } from '../deployments/errors.ts';
import type { DeploymentStore, LockHolder, LockRequest } from '../deployments/store.ts';

/** Where the lock is: a store, or a router that passes the calls on. */
export type LockPort = Pick<DeploymentStore, 'acquireLock' | 'renewLock' | 'releaseLock'>;

export interface HeldLock {
	readonly held: true;
	/** For `WriteOptions.lock`. */
	readonly grant: { readonly name: LockRequest['name']; readonly fence: number };
	/** Aborts with `LockLostError` when somebody else may hold it, and with the caller's signal. */
	readonly signal: AbortSignal;
	/** Aborts with `LockLostError` alone, for what the caller's signal must not interrupt. */
	readonly lost: AbortSignal;
	/** Throws once its time has run out, also where a machine slept and no timer has told yet. */
	assertHeld(): void;
	/** Safe to repeat; never rejects, since an unreleased lock expires. */
	release(): Promise<void>;
}

/** Acquires a lock and renews it every third of its time until it is released or lost. */
export async function holdLock(
	port: LockPort,
	request: LockRequest,
	clock: Clock,
	signal: AbortSignal,
): Promise<HeldLock | ({ readonly held: false } & LockHolder)> {
	const { name, token, ttlMs } = request;
	let heldUntil = clock.now() + ttlMs;
	const answer = await port.acquireLock(request);
	if (!answer.granted) {
		const { granted, ...holder } = answer;
		return { held: false, ...holder };
	}
	const lost = new AbortController();
	const released = new AbortController();

	async function renew(): Promise<void> {
		for (;;) {
			await clock.sleep(ttlMs / 3, released.signal);
			const asked = clock.now();
			const renewed = await renewedInTime();
			if (renewed) heldUntil = asked + ttlMs;
			if (renewed === false || clock.now() >= heldUntil) return lost.abort(new LockLostError(name));
		}
	}

	/** `null` when nobody knows. An unreachable store is no loss before the lock has run out, and a hung one is one then. */
	async function renewedInTime(): Promise<boolean | null> {
		const done = new AbortController();
		const runsOut = clock.sleep(heldUntil - clock.now(), AbortSignal.any([released.signal, done.signal]));
		const answer = port.renewLock(name, token, ttlMs).catch(() => null);
		return Promise.race([answer, runsOut.then(() => null)]).finally(() => done.abort());
	}

	renew().catch(() => {});
	return {
		held: true,
		grant: { name, fence: answer.fence },
		signal: AbortSignal.any([signal, lost.signal]),
		lost: lost.signal,
		assertHeld() {
			if (clock.now() >= heldUntil) lost.abort(new LockLostError(name));
			lost.signal.throwIfAborted();
		},
		async release() {
			if (released.signal.aborted) return;
			released.abort();
			await port.releaseLock(name, token).catch(() => false);
		},
	};
}
