import type { Clock } from '../clock.ts';
import { CancelledError } from '../errors.ts';
import type { Host } from '../host.ts';
import { agree, agreementText, type Proposal } from './proposal.ts';
import type { AnyStep } from './step.ts';

export interface AgreementOptions {
	readonly host: Host;
	readonly clock: Clock;
	readonly signal: AbortSignal;
	/** An answer that comes within this time needs no second look at what stands, milliseconds. */
	readonly quickMs: number;
	/** Told before a plan. Default none. */
	readonly heading?: string;
}

/**
 * What a person has agreed to. No deploy lock is held while a person thinks: a question in a forgotten terminal would keep
 * every other command from a rollback. So what stands may be another afterwards, and a plan that has become another is asked
 * about again.
 */
export class Agreement {
	readonly #options: AgreementOptions;
	#text: string | null = null;
	#answer: Promise<void> = Promise.resolve();

	constructor(options: AgreementOptions) {
		this.#options = options;
	}

	/**
	 * Asks, unless this was agreed to already. False when there is no answer yet: release what is held, wait for
	 * {@link answered}, and look again.
	 * @throws DeclinedError
	 */
	async covers(proposal: Proposal<AnyStep>): Promise<boolean> {
		const { host, clock, signal, quickMs, heading } = this.#options;
		const text = agreementText(proposal);
		if (text === this.#text) return true;
		if (this.#text !== null)
			host.notify({ level: 'warning', text: 'Something changed while you were asked. The plan is now:' });
		this.#text = text;
		this.#answer = Promise.race([agree(proposal, host, heading), aborted(signal)]);
		const over = new AbortController();
		const quick = clock.sleep(quickMs, over.signal).then(
			() => false,
			() => false,
		);
		return Promise.race([this.#answer.then(() => true), quick]).finally(() => over.abort());
	}

	/** @throws DeclinedError */
	answered(): Promise<void> {
		return this.#answer;
	}
}

/** A host of an embedder's need not know of the signal. */
function aborted(signal: AbortSignal): Promise<never> {
	return new Promise((_, reject) => {
		const cancel = () => reject(new CancelledError('Interrupted; nothing was changed.'));
		if (signal.aborted) cancel();
		else signal.addEventListener('abort', cancel, { once: true });
	});
}

export interface Looking<Held, P extends Proposal<AnyStep>, T> {
	readonly agreement: Agreement;
	/** Runs the work under the deploy lock. `waited`: what was read before is old. */
	readonly lock: <Result>(work: (held: Held, waited: boolean) => Promise<Result>) => Promise<Result>;
	/** Looks and plans. `old`: nothing that was read before may be relied on. */
	readonly propose: (held: Held, old: boolean) => Promise<P>;
	readonly carryOut: (proposal: P, held: Held) => Promise<T>;
}

/** Looks, plans, asks and carries out under the lock; while a question stays open the lock is free. */
export async function agreeUnderLock<Held, P extends Proposal<AnyStep>, T>({
	agreement,
	lock,
	propose,
	carryOut,
}: Looking<Held, P, T>): Promise<T> {
	for (let again = false; ; again = true) {
		const done = await lock(async (held, waited) => {
			const proposal = await propose(held, waited || again);
			return (await agreement.covers(proposal)) ? { result: await carryOut(proposal, held) } : null;
		});
		if (done !== null) return done.result;
		await agreement.answered();
	}
}
