import type { Clock } from 'pulse-deploy-kit/clock';
import { LockLostError } from '../deployments/errors.ts';
import type { LockRequest } from '../deployments/lock.ts';
import type { DeploymentStore, LockHolder } from '../deployments/store.ts';

/** Where the lock is: a store, or a router that passes the calls on. */
export type LockPort = Pick<DeploymentStore, 'acquireLock' | 'renewLock' | 'releaseLock'>;

export interface HeldLock {
	readonly held: true;
	/** For `WriteOptions.lock`. Another one after the lock lapsed and was taken again. */
	readonly grant: { readonly name: LockRequest['name']; readonly fence: number };
	/** Aborts with `LockLostError` when another has or had it since, and with the caller's signal. */
	readonly signal: AbortSignal;
	/** Aborts with `LockLostError` alone, for what the caller's signal must not interrupt. */
	readonly lost: AbortSignal;
	/**
	 * Aborts when the time of the present grant runs out. That is no loss yet: an unreachable store, or a machine that slept,
	 * takes the lock again where no other had it in between. For writes that must not be repeated later than that.
	 */
	readonly term: AbortSignal;
	/**
	 * Resolves while the lock is surely held and will be for a while, asking where the time is short.
	 * @throws LockLostError when another has or had it, or the router cannot tell
	 */
	confirm(): Promise<void>;
	/** By the clock, not by a timer: those stand still while a machine sleeps. */
	isHeld(): boolean;
	/** Safe to repeat; never rejects, since an unreleased lock expires. */
	release(): Promise<void>;
}

/** An answer may be old by the time it is read: the machine slept. Then it is asked for once more. */
const TRIES = 3;

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
	let { fence } = answer;
	const firstFence = fence;
	const lost = new AbortController();
	const released = new AbortController();
	let term = newTerm();
	let asking: Promise<void> | null = null;
	let renewing: Promise<void> | null = null;

	function newTerm(): AbortController {
		const running = new AbortController();
		const runOut = async () => {
			while (clock.now() < heldUntil) await clock.sleep(heldUntil - clock.now(), released.signal);
			running.abort(new LockLostError(name));
		};
		runOut().catch(() => {});
		return running;
	}

	function holdUntil(time: number): void {
		if (lost.signal.aborted) return;
		const lapsed = term.signal.aborted || clock.now() >= heldUntil;
		heldUntil = time;
		if (!lapsed || clock.now() >= time) return;
		term.abort(new LockLostError(name));
		term = newTerm();
	}

	/** Rejects when the router cannot tell. */
	async function ask(): Promise<void> {
		const asked = clock.now();
		if (await port.renewLock(name, token, ttlMs)) return holdUntil(asked + ttlMs);
		const askedAgain = clock.now();
		const again = await port.acquireLock({ ...request, lastFence: fence, firstFence });
		if (again.granted) {
			({ fence } = again);
			return holdUntil(askedAgain + ttlMs);
		}
		const error = new LockLostError(name, `it lapsed, and since then it was held by ${again.owner}`);
		lost.abort(error);
		term.abort(error);
	}

	/** At most one at a time; a store that hangs is asked again after the lock's time. */
	function renewed(): Promise<void> {
		const done = new AbortController();
		if (renewing !== null) return renewing;
		asking = ask();
		renewing = Promise.race([
			asking.catch(() => {}),
			clock.sleep(ttlMs, AbortSignal.any([released.signal, done.signal])).catch(() => {}),
		]).finally(() => {
			done.abort();
			renewing = null;
		});
		return renewing;
	}

	async function renew(): Promise<void> {
		while (!lost.signal.aborted) {
			await clock.sleep(ttlMs / 3, released.signal);
			await renewed();
		}
	}

	renew().catch(() => {});
	return {
		held: true,
		get grant() {
			return { name, fence };
		},
		signal: AbortSignal.any([signal, lost.signal]),
		lost: lost.signal,
		get term() {
			return term.signal;
		},
		async confirm() {
			for (let attempt = 0; attempt < TRIES && heldUntil - clock.now() < ttlMs / 3; attempt++) {
				lost.signal.throwIfAborted();
				await renewed();
			}
			lost.signal.throwIfAborted();
			if (clock.now() >= heldUntil)
				throw new LockLostError(name, 'it lapsed, and nobody can tell whether another command holds it');
		},
		isHeld: () => !lost.signal.aborted && clock.now() < heldUntil,
		async release() {
			if (released.signal.aborted) return;
			released.abort();
			const free = () => port.releaseLock(name, token).catch(() => false);
			// A question that is still under way may take the lock once more.
			asking?.then(free, () => {});
			await free();
		},
	};
}
