import { Recent } from 'pulse-edge/forward/recent';
import type { DeploymentRecord } from '../deployments/record.ts';
import type { DeploymentStore } from '../deployments/store.ts';

export interface LookupOptions {
	readonly store: Pick<DeploymentStore, 'find'>;
	readonly now: () => number;
	/** How long "not there" is believed. Default 1 s: a just-registered deployment is never stale for longer. */
	readonly negativeMs?: number;
	/** Ids remembered as not there. Default 1,000. */
	readonly negativeLimit?: number;
	/** Questions to the store at one time. Default 16; beyond that an id counts as not there, and nothing is remembered. */
	readonly concurrency?: number;
	/** How long one question may hold a request. Default 1 s. */
	readonly budgetMs?: number;
}

/**
 * Asks the store about ids that the snapshot lacks: once per id at a time, with a memory for "no", and never more at
 * once than the store can bear, however many ids a client invents.
 */
export class Lookups {
	readonly #options: Required<LookupOptions>;
	readonly #running = new Map<string, Promise<DeploymentRecord | null>>();
	/** Id to the time until which it is not there. */
	readonly #absent: Recent<number>;

	constructor(options: LookupOptions) {
		this.#options = { negativeMs: 1_000, negativeLimit: 1_000, concurrency: 16, budgetMs: 1_000, ...options };
		this.#absent = new Recent(this.#options.negativeLimit);
	}

	/** Never rejects: a store that cannot be asked knows nothing. */
	find(id: string): Promise<DeploymentRecord | null> {
		const running = this.#running.get(id);
		if (running) return running;
		const until = this.#absent.get(id);
		if (until !== undefined && until > this.#options.now()) return NOT_THERE;
		if (this.#running.size >= this.#options.concurrency) return NOT_THERE;
		const asked = this.#ask(id).finally(() => this.#running.delete(id));
		this.#running.set(id, asked);
		return asked;
	}

	async #ask(id: string): Promise<DeploymentRecord | null> {
		let timer: NodeJS.Timeout | undefined;
		const timeout = new Promise<null>((resolve) => {
			timer = setTimeout(resolve, this.#options.budgetMs, null);
		});
		try {
			const record = await Promise.race([this.#options.store.find(id), timeout]);
			if (record === null) this.#remember(id);
			return record;
		} catch {
			this.#remember(id);
			return null;
		} finally {
			clearTimeout(timer);
		}
	}

	#remember(id: string): void {
		this.#absent.set(id, this.#options.now() + this.#options.negativeMs);
	}
}

const NOT_THERE: Promise<DeploymentRecord | null> = Promise.resolve(null);
