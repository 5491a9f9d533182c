import { DeployToolError, isDeployToolError } from 'pulse-deploy-kit/errors';
import { looking, type Session } from '../adapters/session.ts';
import type { HistoryEvent, TellHistory } from '../deployments/history-value.ts';
import { isVoid, patienceMs, type SeenLock } from '../deployments/lock-value.ts';
import { lockParameter } from '../deployments/names.ts';
import type { Aws } from '../platform/aws.ts';
import { guardedWrites } from '../platform/interruptible.ts';
import { createLock, readLock, replaceLock } from '../platform/lock-parameter.ts';
import { giveBack, type Kept, keep } from './keep-lock.ts';
import { type Held, Holding, type LockSession } from './lock-holding.ts';
import { writeTold } from './told-history.ts';

/**
 * One deploy, rollback or teardown of a name at a time. Parameter Store counts the writes of a parameter: of two that
 * overwrite version n, the one told n+1 holds the lock. It holds it by a token of its own, so that renewing and giving
 * back never touch another run's. A lock that was not renewed for half a minute may be taken: the run that waits counts
 * its own sleeps, because clocks of two machines differ. Its holder may merely sleep: it looks again before it writes
 * anything, goes on where no other command took the lock meanwhile, and ends where one did.
 *
 * It guards what deployments share. A deploy that builds holds a lease on its own deployment instead (`lease.ts`).
 */
const LOOK_MS = 5_000;
const BUDGET_MS = 30 * 60_000;
const BRIEF_BUDGET_MS = 40_000;

export interface HeldLock<Look = unknown> extends Kept {
	/** What was seen before may be old. */
	readonly waited: boolean;
	/** What `look` of the options sees; absent where another run may have come after it began. */
	readonly looked?: Promise<Look>;
	/** Written down beside giving the lock back, so that a person who waits for a rollback waits no longer. */
	readonly tell: TellHistory;
}

export const isLockLost = (error: unknown): boolean => isDeployToolError(error) && error.code === 'lock-lost';

export interface LockOptions<T, Look> {
	/** Asked beside the first look at the lock: where it fails, the lock is not taken. */
	readonly first?: Promise<unknown>;
	/**
	 * Begun as soon as the lock is seen to be free, beside the write that takes it. That write counts only where no other run has
	 * written since, so what is seen is as good as if it was looked at under the lock.
	 */
	readonly look?: () => Promise<Look>;
	/**
	 * Whether the lock's parameter is deleted instead of giving the lock back, since `body` has done all: what is left of a
	 * teardown that failed is known by it.
	 */
	readonly forget?: (result: T) => boolean;
}

/** Runs `body` while holding the lock. */
export async function withDeployLock<T, Look = unknown>(
	session: Session,
	name: string,
	body: (lock: HeldLock<Look>) => Promise<T>,
	{ forget = () => false, ...options }: LockOptions<T, Look> = {},
): Promise<T> {
	const { holding, ...seen } = await acquire(session, name, options);
	const { end, ...lock } = keep(session, holding);
	const events: HistoryEvent[] = [];
	const tell: TellHistory = (event) => void events.push(event);
	let forgotten = false;
	try {
		const result = await body({ ...lock, ...seen, tell });
		forgotten = forget(result);
		return result;
	} finally {
		await Promise.all([end(forgotten), forgotten ? undefined : writeTold(session, name, events)]);
	}
}

/** What was done under it, or `busy`: another run holds it. */
export type BriefLock<Some> = <T>(
	work: (lock: { readonly aws: Some; confirm(): Promise<void> }) => Promise<T>,
) => Promise<T | 'busy'>;

/** For the reaper, which comes again soon: it waits no longer than a killed holder's lock takes to lapse. */
export function briefLock<Some extends Pick<Aws, 'ssm'>>(
	session: LockSession & { readonly aws: Some },
	name: string,
): BriefLock<Some> {
	return async (work) => {
		let holding: Holding;
		try {
			({ holding } = await acquire(session, name, {}, BRIEF_BUDGET_MS));
		} catch (error) {
			if (isDeployToolError(error) && error.code === 'locked') return 'busy';
			throw error;
		}
		try {
			// Renewed by each write that comes late: what is done takes seconds.
			const guard = { confirm: () => holding.assure(), holds: () => holding.holds() };
			return await work({ aws: guardedWrites(session.aws, guard, false), confirm: () => holding.verify() });
		} finally {
			await giveBack(session.clock, () => holding.release(false));
		}
	};
}

async function acquire<Look>(
	session: LockSession,
	name: string,
	{ first, look }: Pick<LockOptions<unknown, Look>, 'first' | 'look'>,
	budgetMs = BUDGET_MS,
): Promise<Pick<HeldLock<Look>, 'waited' | 'looked'> & { holding: Holding }> {
	// Also where it fails before anybody waits for it.
	first?.catch(() => {});
	const { aws, clock, signal, host, owner } = session;
	const held: Held = { what: 'deploy lock', parameter: lockParameter(name), survivesDeletion: true };
	const token = session.randomHex(8);
	let watched = { seen: '', unchangedMs: 0 };
	let waitedMs = 0;
	for (;;) {
		signal.throwIfAborted();
		const at = clock.now();
		const [seen] = await Promise.all([readLock(looking(session), held.parameter), first]);
		const holding = (version: number, looked?: Promise<Look>) => {
			if (waitedMs > 0) host.notify({ level: 'step', id: 'lock', state: 'done', text: 'Got the deploy lock' });
			const seen = { waited: waitedMs > 0, ...(looked === undefined ? {} : { looked }) };
			return { holding: new Holding(session, held, token, version, at), ...seen };
		};
		const begin = () => {
			const looked = look?.();
			looked?.catch(() => {});
			return looked;
		};
		if (seen === null) {
			const looked = begin();
			if (await createLock(aws, held.parameter, owner, token)) return holding(1, looked);
			continue;
		}
		// A call whose answer was lost is repeated by the SDK, and then finds what it wrote.
		if (seen.token === token && !isVoid(seen)) return holding(seen.version);
		if (JSON.stringify(seen) !== watched.seen) watched = { seen: JSON.stringify(seen), unchangedMs: 0 };
		if (watched.unchangedMs >= patienceMs(seen)) {
			// One that was held may be renewed late, and the command that renews it may have written anything since.
			const looked = patienceMs(seen) === 0 ? begin() : undefined;
			if (await replaceLock(aws, held.parameter, owner, token, seen.version)) return holding(seen.version + 1, looked);
			continue;
		}
		if (waitedMs > budgetMs) throw locked(seen);
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
