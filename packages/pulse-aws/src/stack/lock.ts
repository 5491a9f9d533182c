import { DeployToolError, isDeployToolError } from 'pulse-deploy-kit/errors';
import { guarded, looking, type Session } from '../adapters/session.ts';
import { isVoid, patienceMs, type SeenLock } from '../deployments/lock-value.ts';
import { createLock, readLock, replaceLock } from '../platform/lock-parameter.ts';
import { Holding } from './lock-holding.ts';

/**
 * One deploy, rollback or teardown of a name at a time. Parameter Store counts the writes of a parameter: of two that
 * overwrite version n, the one told n+1 holds the lock. It holds it by a token of its own, so that renewing and giving
 * back never touch another run's. A lock that was not renewed for half a minute may be taken: the run that waits counts
 * its own sleeps, because clocks of two machines differ. Its holder may merely sleep: it looks again before it writes
 * anything, goes on where nobody took the lock meanwhile, and ends where somebody did.
 */
const LOOK_MS = 5_000;
const BUDGET_MS = 30 * 60_000;

export interface HeldLock {
	/** Aborts with the session's, and when another run took the lock. */
	readonly signal: AbortSignal;
	/** The session, whose every write makes sure of the lock first. */
	readonly session: Session;
	/** Renews the lock. @throws `lock-lost` when another run took it */
	confirm(): Promise<void>;
}

export const isLockLost = (error: unknown): boolean => isDeployToolError(error) && error.code === 'lock-lost';

/**
 * Runs `body` while holding the lock.
 * @param forget whether the lock's parameter is deleted instead of giving the lock back, since `body` has done all: what is left of a
 * teardown that failed is known by it
 */
export async function withDeployLock<T>(
	session: Session,
	name: string,
	body: (lock: HeldLock) => Promise<T>,
	forget: (result: T) => boolean = () => false,
): Promise<T> {
	const holding = await acquire(session, name);
	const ended = new AbortController();
	const lost = new AbortController();
	const keeping = holding.keep(ended.signal).catch((error) => {
		if (!ended.signal.aborted) lost.abort(error);
	});
	let forgotten = false;
	try {
		const result = await body({
			signal: AbortSignal.any([session.signal, lost.signal]),
			session: guarded(session, { confirm: () => holding.assure(), holds: () => holding.holds() }),
			confirm: () => holding.confirm(),
		});
		forgotten = forget(result);
		return result;
	} finally {
		ended.abort();
		await keeping;
		// A lock that is not given back expires; failing here must not hide how the body ended.
		await holding.release(forgotten).catch(() => undefined);
	}
}

async function acquire(session: Session, name: string): Promise<Holding> {
	const { aws, clock, signal, host, owner } = session;
	const token = session.randomHex(8);
	let watched = { seen: '', unchangedMs: 0 };
	let waitedMs = 0;
	for (;;) {
		signal.throwIfAborted();
		const at = clock.now();
		const seen = await readLock(looking(session), name);
		const holding = (version: number) => {
			if (waitedMs > 0) host.notify({ level: 'step', id: 'lock', state: 'done', text: 'Got the deploy lock' });
			return new Holding(session, name, token, version, at);
		};
		if (seen === null) {
			if (await createLock(aws, name, owner, token)) return holding(1);
			continue;
		}
		// A call whose answer was lost is repeated by the SDK, and then finds what it wrote.
		if (seen.token === token && !isVoid(seen)) return holding(seen.version);
		if (JSON.stringify(seen) !== watched.seen) watched = { seen: JSON.stringify(seen), unchangedMs: 0 };
		if (watched.unchangedMs >= patienceMs(seen)) {
			if (await replaceLock(aws, name, owner, token, seen.version)) return holding(seen.version + 1);
			continue;
		}
		if (waitedMs > BUDGET_MS) throw locked(seen);
		host.notify({ level: 'step', id: 'lock', state: 'waiting', text: `Waiting for the deploy lock: ${words(seen)}` });
		await clock.sleep(LOOK_MS, signal);
		watched.unchangedMs += LOOK_MS;
		waitedMs += LOOK_MS;
	}
}

const words = ({ holder }: SeenLock) => (holder === null ? 'it was given back just now' : `held by ${holder}`);

function locked(seen: SeenLock): DeployToolError {
	return new DeployToolError('locked', 'Another deploy of this name is still running.', {
		fault: 'user',
		detail: `The deploy lock: ${words(seen)}.`,
		next: 'Wait for it to end, then run the same command again.',
	});
}
