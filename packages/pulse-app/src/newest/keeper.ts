import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { HeldLease, LeaseAnswer, NewestLeases } from './leases.ts';
import { type Stopwatch, startStopwatch, Term } from './term.ts';
import { type NewestWork, type RunningWork, runWork } from './work.ts';

/** After a question that was not answered. */
const ASK_AGAIN_MS = 750;
/** For giving a lease back when the app's time is over. */
const LAST_WORD_MS = 500;

export interface NewestKeeperOptions {
	readonly log: Logger;
	/** Told of work that ends: a deployment that drains is kept for it. */
	readonly hold: (work: Promise<unknown>) => void;
}

/**
 * Keeps asking for the lease of the newest deployment, begins and ends what waits for it. Invariants:
 *
 * 1. Work begins only in a term, and a term begins only when all work of the one before has ended or had its time.
 * 2. The lease is kept while work ends, and given back then; what lost it is told at once, by the clocks at the latest.
 * 3. No two terms have the same fence.
 */
export class NewestKeeper {
	readonly #options: NewestKeeperOptions;
	readonly #works: NewestWork[] = [];
	/** The app ends. */
	readonly #closing = new AbortController();
	/** Its time is over as well. */
	readonly #limit = new AbortController();
	#leases: NewestLeases | null = null;
	#asking: Promise<void> | null = null;
	#wake = new AbortController();
	#term: Term | null = null;
	#running: RunningWork[] = [];
	/** A term that is over, while its work ends. */
	#leaving: { readonly keepsLease: boolean; readonly done: Promise<void> } | null = null;
	#lastFence = 0;
	/** A question is on its way or was granted, and nothing was given back since. */
	#mayHold = false;
	/** What the log was told last, until an answer came. */
	#said: string | null = null;

	constructor(options: NewestKeeperOptions) {
		this.#options = options;
	}

	add(work: NewestWork): void {
		this.#works.push(work);
		if (this.#term !== null) this.#running.push(runWork(work, this.#term, this.#options.log));
		this.#begin();
	}

	/** From then on the lease is asked for, once there is work. */
	open(leases: NewestLeases): void {
		this.#leases = leases;
		this.#begin();
	}

	/** Ends what runs, within so many milliseconds, and gives the lease back. Calling it again shortens the time. */
	async close(limitMs: number): Promise<void> {
		const timer = setTimeout(() => this.#limit.abort(), limitMs);
		this.#closing.abort();
		this.#term?.end('the app ends', true);
		this.#wake.abort();
		await this.#asking;
		clearTimeout(timer);
	}

	#begin(): void {
		if (this.#leases === null || this.#works.length === 0 || this.#closing.signal.aborted) return;
		this.#asking ??= this.#keepAsking(this.#leases);
	}

	async #keepAsking(leases: NewestLeases): Promise<void> {
		while (!this.#closing.signal.aborted || this.#leaving !== null) {
			this.#wake = new AbortController();
			const pauseMs = await this.#look(leases);
			await sleep(pauseMs, undefined, { signal: this.#wake.signal, ref: false }).catch(() => {});
		}
		// Granted while the app was about to end.
		if (this.#mayHold) await this.#release(leases);
	}

	/** Resolves with the milliseconds until the next look. */
	async #look(leases: NewestLeases): Promise<number> {
		if (this.#leaving?.keepsLease === false) {
			await this.#leaving.done;
			return 0;
		}
		const since = startStopwatch();
		const answer = await this.#ask(leases);
		if (answer === null) return ASK_AGAIN_MS;
		if (!answer.held) this.#term?.end('another process has the lease');
		else if (this.#term !== null) goOn(this.#term, answer, since);
		else if (this.#leaving === null) await this.#take(leases, answer, since);
		return answer.askInMs;
	}

	async #take(leases: NewestLeases, answer: HeldLease, since: Stopwatch): Promise<void> {
		// Of a term that has ended here, or granted by an answer that did not arrive: others wait for it.
		const isOfUse = answer.newest && answer.fence > this.#lastFence && !this.#closing.signal.aborted;
		if (!isOfUse) return this.#release(leases);
		const { log } = this.#options;
		const term = new Term(answer.fence, since, answer.forMs);
		if (!term.isHeld()) return;
		this.#lastFence = term.fence;
		this.#term = term;
		term.signal.addEventListener('abort', () => this.#leave(leases, term), { once: true });
		log.info({ fence: term.fence }, 'newest deployment: work of whenNewest begins');
		this.#running = this.#works.map((work) => runWork(work, term, log));
	}

	#leave(leases: NewestLeases, term: Term): void {
		const { log, hold } = this.#options;
		const running = this.#running;
		this.#term = null;
		this.#running = [];
		log.info({ fence: term.fence, why: (term.signal.reason as Error).message }, 'work of whenNewest ends');
		const end = async () => {
			await Promise.all(running.map((one) => one.stop(this.#limit.signal)));
			await this.#release(leases);
			this.#leaving = null;
			this.#wake.abort();
		};
		const done = end();
		this.#leaving = { keepsLease: term.keepsLease, done };
		hold(done);
	}

	/** `null` where the platform does not answer, which is logged once. */
	async #ask(leases: NewestLeases): Promise<LeaseAnswer | null> {
		this.#mayHold = true;
		try {
			const signal = AbortSignal.any([AbortSignal.timeout(leases.askWithinMs), this.#limit.signal]);
			const answer = await leases.ask(signal);
			this.#mayHold = answer.held;
			this.#said = null;
			return answer;
		} catch (error) {
			const why = error instanceof Error ? error.message : String(error);
			if (why !== this.#said)
				this.#options.log.warn({ why }, 'nobody can tell whether work of whenNewest may run here; asking on');
			this.#said = why;
			return null;
		}
	}

	async #release(leases: NewestLeases): Promise<void> {
		this.#mayHold = false;
		const withinMs = this.#limit.signal.aborted ? LAST_WORD_MS : leases.askWithinMs;
		try {
			await leases.release(AbortSignal.timeout(withinMs));
		} catch {
			// It lapses.
		}
	}
}

function goOn(term: Term, answer: HeldLease, since: Stopwatch): void {
	if (answer.fence !== term.fence) term.end('the lease was lost in between');
	else if (!answer.newest) term.end('a newer deployment is active', true);
	else term.prolong(since, answer.forMs);
}
