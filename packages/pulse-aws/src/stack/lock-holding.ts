import { DeployToolError } from 'pulse-deploy-kit/errors';
import type { Session } from '../adapters/session.ts';
import { isVoid, LOCK_RENEW_MS, LOCK_TTL_MS, type SeenLock } from '../deployments/lock-value.ts';
import type { Aws } from '../platform/aws.ts';
import { createLock, readLease, readLock, replaceLock, standingLock } from '../platform/lock-parameter.ts';
import { deleteParameters } from '../platform/parameters.ts';

/** How old the last look may be when something is written. */
const FRESH_MS = 15_000;
/** A line this bad is not worth waiting for. Until then nothing is written without the lock, since every write looks first. */
const GIVE_UP_MS = 300_000;

/** As much of a session as a lock needs: the reaper has no more. */
export interface LockSession extends Pick<Session, 'clock' | 'signal' | 'owner' | 'randomHex'> {
	readonly aws: Pick<Aws, 'ssm'>;
	readonly host: Pick<Session['host'], 'notify'>;
}

/** A lock or a lease: the one value of a parameter that one run at a time may renew. */
export interface Held {
	/** For people, e.g. `deploy lock`. */
	readonly what: string;
	readonly parameter: string;
	/** Made anew where it is gone and no other run could have taken it. */
	readonly survivesDeletion: boolean;
	/** What is read beside it, each time: of a lease. */
	readonly beside?: { readonly parameter: string; hear(value: string | null): void };
}

/** The lock as the run that took it keeps it. */
export class Holding {
	readonly #session: LockSession;
	readonly #held: Held;
	readonly #token: string;
	#version: number;
	/** When the last write that counted was begun. */
	#confirmedAt: number;
	#confirming: Promise<void> | undefined;
	#lost: DeployToolError | undefined;

	constructor(session: LockSession, held: Held, token: string, version: number, confirmedAt: number) {
		this.#session = session;
		this.#held = held;
		this.#token = token;
		this.#version = version;
		this.#confirmedAt = confirmedAt;
	}

	/** Renews it now. @throws `lock-lost` when another run took it */
	confirm(): Promise<void> {
		return this.#one(() => this.#renew());
	}

	/** Renews it where that was long ago: the machine slept, or the line was bad. */
	async assure(): Promise<void> {
		if (this.#lost !== undefined) throw this.#lost;
		if (this.#age() >= FRESH_MS) await this.confirm();
	}

	/**
	 * Asks AWS whether it is held, which takes half as long as renewing it: for as long as it is fresh, no other run may take it
	 * for as long again. @throws `lock-lost` when another run took it
	 */
	verify(): Promise<void> {
		return this.#one(async () => {
			if (this.#lost === undefined && this.#age() < FRESH_MS) {
				const seen = await this.#read();
				if (seen?.token === this.#token && !isVoid(seen) && this.#age() < FRESH_MS) return;
			}
			await this.#renew();
		});
	}

	/** By the clock: whether no other command can have taken it. */
	holds(): boolean {
		return this.#lost === undefined && this.#age() < LOCK_TTL_MS;
	}

	/** Renews it until the signal aborts; throws that reason, or why the lock is not held any more. */
	async keep(signal: AbortSignal): Promise<never> {
		for (;;) {
			await this.#session.clock.sleep(LOCK_RENEW_MS, signal);
			try {
				await this.confirm();
			} catch (cause) {
				if (this.#lost !== undefined) throw this.#lost;
				if (this.#age() >= GIVE_UP_MS) {
					throw lockLost(`The ${this.#held.what} could not be renewed for five minutes.`, undefined, cause);
				}
			}
		}
	}

	/** @param forget deletes the parameter as well */
	async release(forget: boolean): Promise<void> {
		// Late, it says so by its version, and frees nothing that is another's.
		if (!forget && this.holds() && (await this.#write(null, this.#version))) return;
		const seen = this.#lost === undefined ? await this.#read() : null;
		if (seen === null || !(await this.#isOwn(seen))) return;
		if (forget) await deleteParameters(this.#session.aws, [this.#held.parameter]);
		else await this.#write(null, seen.version);
	}

	/** One question at a time: where its answer does not come, the lock lapses, and the command that waits for it gets it. */
	#one(ask: () => Promise<void>): Promise<void> {
		this.#confirming ??= ask().finally(() => {
			this.#confirming = undefined;
		});
		return this.#confirming;
	}

	async #renew(): Promise<void> {
		for (;;) {
			if (this.#lost !== undefined) throw this.#lost;
			const at = this.#session.clock.now();
			const seen = await this.#read();
			if (!(await this.#isOwn(seen)) && !(await this.#made(seen))) throw this.#lose(seen);
			const over = seen?.version ?? 0;
			if (seen === null || (await this.#write(this.#session.owner, over))) {
				this.#version = over + 1;
				this.#confirmedAt = at;
				return;
			}
			// The SDK repeats a call whose answer was lost, or another run broke the lock: the next look tells.
			if (this.#age() >= LOCK_TTL_MS) throw this.#lose(seen);
		}
	}

	/** Also beneath late writes, which hold nothing: another run's, or our own on top of that of a run that broke the lock. */
	async #isOwn(seen: SeenLock | null): Promise<boolean> {
		if (seen === null) return false;
		if (!isVoid(seen)) return seen.token === this.#token;
		if (seen.version === this.#version + 1) return true;
		return (await standingLock(this.#session.aws, this.#held.parameter))?.lock.token === this.#token;
	}

	/** A teardown that ended elsewhere deletes the parameter; of all who then make it anew, one succeeds. */
	async #made(seen: SeenLock | null): Promise<boolean> {
		const { aws, owner } = this.#session;
		const { parameter, survivesDeletion } = this.#held;
		if (seen !== null || !survivesDeletion || this.#age() >= LOCK_TTL_MS) return false;
		return createLock(aws, parameter, owner, this.#token);
	}

	#lose(seen: SeenLock | null): DeployToolError {
		const by =
			seen === null
				? 'Its parameter is gone: another command cleaned up, or an older pulse-aws did.'
				: seen.holder === null
					? 'It was given back since.'
					: `It is held by ${seen.holder}.`;
		const text = `Another run took the ${this.#held.what} while this one slept or could not reach AWS.`;
		this.#lost = lockLost(text, by);
		return this.#lost;
	}

	#age(): number {
		return this.#session.clock.now() - this.#confirmedAt;
	}

	async #read(): Promise<SeenLock | null> {
		const { parameter, beside } = this.#held;
		if (beside === undefined) return readLock(this.#session.aws, parameter);
		const { lease, supersededBy } = await readLease(this.#session.aws, parameter, beside.parameter);
		beside.hear(supersededBy);
		return lease;
	}

	#write(holder: string | null, over: number) {
		return replaceLock(this.#session.aws, this.#held.parameter, holder, this.#token, over);
	}
}

function lockLost(text: string, detail?: string, cause?: unknown): DeployToolError {
	return new DeployToolError('lock-lost', text, {
		fault: 'platform',
		...(detail === undefined ? {} : { detail }),
		next: 'Look at pulse-aws status, then run the same command again.',
		cause,
	});
}
