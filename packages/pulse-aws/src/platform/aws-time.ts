import type { Clock } from 'pulse-deploy-kit/clock';

/**
 * AWS's own time, by the Date of its last answer: what it says of when things were made must not be judged by a machine whose
 * clock is wrong. Until the first answer it is this machine's. Off by a second and the time that an answer takes.
 */
export class AwsTime {
	readonly #clock: Pick<Clock, 'now'>;
	#aheadMs = 0;

	constructor(clock: Pick<Clock, 'now'>) {
		this.#clock = clock;
	}

	/** @param date the header, as it came */
	heard(date: string | undefined): void {
		const told = Date.parse(date ?? '');
		if (Number.isFinite(told)) this.#aheadMs = this.#clock.now() - told;
	}

	/** Unix ms. */
	now(): number {
		return this.#clock.now() - this.#aheadMs;
	}
}
