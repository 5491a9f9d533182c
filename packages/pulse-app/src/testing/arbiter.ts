import { PLUGIN_BRAND } from '../brand.ts';
import type { LeaseAnswer, NewestLeases } from '../newest/leases.ts';
import type { Plugin } from '../plugin.ts';

/** A platform's leases in memory, with times short enough for tests. */
export class Arbiter {
	readonly leaseMs: number;
	readonly askInMs: number;
	active: string;
	/** It does not answer. */
	isDown = false;
	/** It does what it is asked, and its answers do not arrive. */
	losesAnswers = false;
	#holder: { id: string; token: symbol; fence: number; until: number } | null = null;
	#fence = 100;

	constructor(active: string, leaseMs = 400) {
		this.active = active;
		this.leaseMs = leaseMs;
		this.askInMs = leaseMs / 8;
	}

	get holder(): string | null {
		return this.#holder !== null && performance.now() < this.#holder.until ? this.#holder.id : null;
	}

	/** Leases of one process of that deployment. */
	leases(id: string): NewestLeases {
		const token = Symbol(id);
		return {
			askWithinMs: 1_000,
			ask: async () => {
				if (this.isDown) throw new Error('the arbiter is down');
				const answer = this.#answer(id, token);
				if (this.losesAnswers) throw new Error('the answer was lost');
				return answer;
			},
			release: async () => {
				if (this.isDown) throw new Error('the arbiter is down');
				if (this.#holder?.token === token) this.#holder = null;
			},
		};
	}

	plugin(id: string): Plugin {
		const leases = this.leases(id);
		return { [PLUGIN_BRAND]: 1, name: `arbiter-${id}`, newestLeases: () => leases };
	}

	#answer(id: string, token: symbol): LeaseAnswer {
		const { askInMs, leaseMs } = this;
		const now = performance.now();
		if (this.#holder !== null && now >= this.#holder.until) this.#holder = null;
		const newest = this.active === id;
		if (this.#holder === null && newest) {
			this.#fence += 1;
			this.#holder = { id, token, fence: this.#fence, until: 0 };
		}
		if (this.#holder?.token !== token) return { held: false, askInMs };
		this.#holder.until = now + leaseMs;
		return { held: true, newest, fence: this.#holder.fence, forMs: leaseMs, askInMs };
	}
}
