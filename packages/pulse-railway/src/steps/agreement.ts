import type { Clock } from 'pulse-deploy-kit/clock';
import { CancelledError } from 'pulse-deploy-kit/errors';
import type { Host } from 'pulse-deploy-kit/host';
import { agree, type Proposal } from '../commands/carry-out.ts';
import { agreedText } from '../plan/render.ts';

export interface AgreementOptions {
	readonly host: Host;
	readonly clock: Clock;
	readonly signal: AbortSignal;
	/** Whoever answers within this time needs no second look at the stack, milliseconds. */
	readonly quickMs: number;
}

/**
 * What a person has agreed to. The deploy lock is not held while somebody thinks: a question in a forgotten terminal
 * would keep everybody else from a rollback. So the stack may be another one afterwards, and a plan that has become
 * another is asked about again.
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
	 * @throws CancelledError when declined
	 */
	async covers(proposal: Proposal<unknown>): Promise<boolean> {
		const { host, clock, signal, quickMs } = this.#options;
		const text = agreedText(proposal.plan);
		if (text === this.#text) return true;
		if (this.#text !== null)
			host.notify({ level: 'warning', text: 'Something changed while you were asked. The plan is now:' });
		this.#text = text;
		this.#answer = Promise.race([agree(proposal, host), aborted(signal)]);
		const over = new AbortController();
		const quick = clock.sleep(quickMs, over.signal).then(
			() => false,
			() => false,
		);
		return Promise.race([this.#answer.then(() => true), quick]).finally(() => over.abort());
	}

	/** @throws CancelledError when declined */
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
