import type { Tally } from 'pulse-deploy-kit/canary/evidence';
import { type CanaryWord, canaryWordText, MinuteCount } from './canary-word.ts';
import { type CanarySide, type Rollout, rolloutName, sideOf } from './rollout.ts';

/** What a browser keeps of being drawn, and the load balancer's rules match: `pulse_canary=<rollout>.canary`. */
export function drawnValue(rollout: string, side: CanarySide): string {
	return `${rollout}.${side}`;
}

/** What a task has to do with a canary that runs. */
export interface CanaryPart {
	readonly rollout: string;
	readonly side: CanarySide;
	/** Of visitors that were drawn for this side, requests that have ended; only grows. Whoever serves them counts here. */
	readonly sample: { trials: number; failures: number };
}

/** Writes are three a second for the whole account: what a task has counted is told no more often than this. */
const TELL_MS = 30_000;

/** A task's part in the canary that runs, if it has one, and what it says of it. */
export class CanaryParts {
	readonly #deploymentId: string;
	#part: CanaryPart | null = null;
	#count = new MinuteCount();
	#told = '';
	#toldAt = 0;

	constructor(deploymentId: string) {
		this.#deploymentId = deploymentId;
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
			this.#part = { rollout: name, side, sample: { trials: 0, failures: 0 } };
			this.#count = new MinuteCount();
			this.#told = '';
		}
	}

	/** What is to be written by now; `null`: nothing. First of all that this task knows of the rollout. */
	word(now: number): string | null {
		if (this.#part === null) return null;
		this.#count.look(this.#part.sample as Tally, now);
		const text = canaryWordText({ rollout: this.#part.rollout, minutes: this.#count.minutes } satisfies CanaryWord);
		if (text === this.#told || (this.#told !== '' && now - this.#toldAt < TELL_MS)) return null;
		return text;
	}

	/** It was written. */
	told(text: string, now: number): void {
		this.#told = text;
		this.#toldAt = now;
	}
}
