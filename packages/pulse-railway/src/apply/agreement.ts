import type { Clock } from 'pulse-deploy-kit/clock';
import type { Host } from 'pulse-deploy-kit/host';
import type { Plan } from '../plan/step.ts';
import { agree, type Proposal } from './carry-out.ts';

/** Whoever answers within this time needs no second look at the stack. */
const QUICK_MS = 5_000;

/**
 * What a person has agreed to. The deploy lock is not held while somebody thinks: a question in a forgotten terminal
 * would keep everybody else from a rollback. So the stack may be another one afterwards, and a plan that has become
 * another is asked about again.
 */
export class Agreement {
	readonly #host: Host;
	readonly #clock: Clock;
	#plan: Plan | null = null;
	#answer: Promise<void> = Promise.resolve();

	constructor(host: Host, clock: Clock) {
		this.#host = host;
		this.#clock = clock;
	}

	/**
	 * Asks, unless this was agreed to already. False when there is no answer yet: release what is held, wait for
	 * {@link answered}, and look again.
	 * @throws CancelledError when declined
	 */
	async covers(proposal: Proposal<unknown>): Promise<boolean> {
		const { plan } = proposal;
		if (this.#plan !== null) {
			if (essence(plan) === essence(this.#plan)) return true;
			this.#host.notify({ level: 'warning', text: 'Something changed while you were asked. The plan is now:' });
		}
		this.#plan = plan;
		this.#answer = agree(proposal, this.#host);
		const over = new AbortController();
		const quick = this.#clock.sleep(QUICK_MS, over.signal).then(
			() => false,
			() => false,
		);
		return Promise.race([this.#answer.then(() => true), quick]).finally(() => over.abort());
	}

	/** @throws CancelledError when declined */
	async answered(): Promise<void> {
		await this.#answer;
	}
}

/** Not the facts: how many sessions there are is another number every second. */
function essence({ title, warnings, steps }: Plan): string {
	return JSON.stringify([title, warnings, steps.map((step) => step.title)]);
}
