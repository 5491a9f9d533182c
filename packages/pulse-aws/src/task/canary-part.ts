import type { Sample } from 'pulse-edge/forward/samples';
import { canaryWordText, type LiveCount, MinuteCount } from './canary-word.ts';
import { type CanarySide, type Rollout, rolloutName, sideOf } from './rollout.ts';

/** What a browser keeps of being drawn, and the load balancer's rules match: `pulse_canary=<rollout>.canary`. */
export function drawnValue(rollout: string, side: CanarySide): string {
	return `${rollout}.${side}`;
}

/** What a task has to do with a canary that runs. */
export interface CanaryPart {
	readonly rollout: string;
	readonly side: CanarySide;
	/** Of visitors that were drawn for this side, requests that have ended; only grows. The task that serves them counts them. */
	readonly sample: Sample;
	/** Of the same visitors, websockets that were opened or ended and pages that failed; `null`: all of it is in `sample`. */
	readonly live: Sample | null;
	/** Visitors a page of whom has failed. */
	readonly failedFor: Set<string>;
}

/** Writes are three a second for the whole account: what a task has counted is told no more often than this. */
const TELL_MS = 30_000;

/** A task's part in the canary that runs, if it has one, and what it says of it. */
export class CanaryParts {
	readonly #deploymentId: string;
	readonly #sees: LiveCount['sees'] | null;
	#part: CanaryPart | null = null;
	#count = new MinuteCount();
	#live = new MinuteCount();
	#told = '';
	#toldAt = 0;

	/** @param sees what is counted beside requests; `null`: nothing, or as one with them */
	constructor(deploymentId: string, sees: LiveCount['sees'] | null = null) {
		this.#deploymentId = deploymentId;
		this.#sees = sees;
	}

	/** `null`: none runs, or between two others. */
	get part(): CanaryPart | null {
		return this.#part;
	}

	/** What a look at the parameter has found. */
	see(rollout: Rollout | null): void {
		const side = rollout === null ? null : sideOf(rollout, this.#deploymentId);
		const name = rollout === null ? '' : rolloutName(rollout);
		if (side === null) this.#part = null;
		else if (this.#part?.rollout !== name || this.#part.side !== side) {
			const live = this.#sees === null ? null : { trials: 0, failures: 0 };
			this.#part = { rollout: name, side, sample: { trials: 0, failures: 0 }, live, failedFor: new Set() };
			this.#count = new MinuteCount();
			this.#live = new MinuteCount();
			this.#told = '';
		}
	}

	/** What is to be written by now; `null`: nothing. First of all that this task knows of the rollout. */
	word(now: number): string | null {
		if (this.#part === null) return null;
		const { rollout, sample, live } = this.#part;
		this.#count.look(sample, now);
		if (live !== null) this.#live.look(live, now);
		const more = this.#sees === null ? null : { sees: this.#sees, minutes: this.#live.minutes };
		const text = canaryWordText({ rollout, minutes: this.#count.minutes, live: more });
		if (text === this.#told || (this.#told !== '' && now - this.#toldAt < TELL_MS)) return null;
		return text;
	}

	/** It was written. */
	told(text: string, now: number): void {
		this.#told = text;
		this.#toldAt = now;
	}
}
