import type { Clock } from 'pulse-deploy-kit/clock';
import { replicaOf, replicaToken } from 'pulse-edge/upstream/replica-token';
import { isAwsError, NOT_ALLOWED } from '../platform/error-names.ts';
import { CONTAINER_PORT } from '../protocol.ts';

/** A list that was asked for so lately has every task that can have served a page: one needs longer from its address to its health. */
const FRESH_MS = 5_000;
/** An older list is asked for anew, beside the request that it served. */
const AGEING_MS = 60_000;
/** A list that is older than this says nothing any more: addresses are given to other tasks. */
const OLDEST_MS = 600_000;
/** What a visitor waits for a list at most. */
const PATIENCE_MS = 3_000;
const LONGEST_PAUSE_MS = 60_000;
/** Without the right: a deploy may give it while this task runs. */
const DENIED_PAUSE_MS = 300_000;
/** A task that cannot be reached is not tried again for so long. */
const DOWN_MS = 10_000;

export type Holder =
	| { readonly kind: 'at'; readonly address: string }
	/** No task of the deployment, or one that has closed its server. */
	| { readonly kind: 'gone' }
	/** ECS does not tell, or the network between tasks is closed. */
	| { readonly kind: 'unknown' };

/** Why a task could not be reached: nothing listens there any more, or nothing answers. */
export type Unreachable = 'refused' | 'silent';

const GONE: Holder = { kind: 'gone' };
const UNKNOWN: Holder = { kind: 'unknown' };

export interface HoldersParts {
	readonly key: string;
	/** This task's address, as it knows it. */
	readonly address: string;
	/** Addresses of the deployment's tasks, this one among them. */
	readonly list: () => Promise<readonly string[]>;
	readonly log: Readonly<Record<'warn', (fields: object, message: string) => void>>;
	readonly clock: Clock;
}

/**
 * Which task a token names: the one of those that ECS lists whose token is equal. ECS is asked when a token is not among those
 * of the last list, every five seconds at most, however many such requests come.
 */
export class Holders {
	readonly #parts: HoldersParts;
	#listed: readonly { readonly token: string; readonly address: string }[] = [];
	/** When the last list that came was asked for. */
	#listedAt = Number.NEGATIVE_INFINITY;
	#nextAt = Number.NEGATIVE_INFINITY;
	#pauseMs = FRESH_MS;
	#asking: Promise<void> | null = null;
	#isDenied = false;
	/** By address; none that is not listed. */
	readonly #down = new Map<string, { readonly until: number; readonly why: Unreachable }>();

	constructor(parts: HoldersParts) {
		this.#parts = parts;
	}

	async find(token: string): Promise<Holder> {
		const { clock } = this.#parts;
		const cameAt = clock.now();
		const known = this.#at(token);
		if (known !== null) {
			if (cameAt - this.#listedAt > AGEING_MS) void this.look();
			return this.#reachable(known);
		}
		if (cameAt - this.#listedAt > FRESH_MS) await this.#waitForLook();
		const found = this.#at(token);
		if (found !== null) return this.#reachable(found);
		return cameAt - this.#listedAt <= FRESH_MS ? GONE : UNKNOWN;
	}

	/** The task at this address could not be reached. */
	async lost(address: string, why: Unreachable): Promise<Holder> {
		const { clock, log } = this.#parts;
		const lostAt = clock.now();
		this.#down.set(address, { until: lostAt + DOWN_MS, why });
		if (lostAt - this.#listedAt > FRESH_MS) await this.#waitForLook();
		if (lostAt - this.#listedAt <= FRESH_MS && !this.#listed.some((one) => one.address === address)) return GONE;
		if (why === 'refused') return GONE;
		log.warn(
			{ address },
			'another task of this deployment does not answer: may its tasks reach each other on port 8000?',
		);
		return UNKNOWN;
	}

	/** Asks ECS, unless it was asked just now. Never fails. */
	look(): Promise<void> {
		if (this.#asking !== null) return this.#asking;
		if (this.#parts.clock.now() < this.#nextAt) return Promise.resolve();
		this.#asking = this.#ask().finally(() => {
			this.#asking = null;
		});
		return this.#asking;
	}

	async #ask(): Promise<void> {
		const { clock, list, key, log, address: own } = this.#parts;
		const askedAt = clock.now();
		try {
			const addresses = await list();
			// What ECS calls the tasks is then not what they call themselves, and every page would seem to be of a task that is gone.
			if (!addresses.includes(own))
				throw new Error(`ECS lists ${addresses.length} tasks, and none at ${own}, where this one is`);
			this.#listed = addresses.map((address) => ({
				address,
				token: replicaToken(key, { host: address, port: CONTAINER_PORT }),
			}));
			this.#listedAt = askedAt;
			this.#pauseMs = FRESH_MS;
			this.#isDenied = false;
			for (const address of this.#down.keys()) if (!addresses.includes(address)) this.#down.delete(address);
		} catch (error) {
			if (isAwsError(error, ...NOT_ALLOWED)) {
				this.#pauseMs = DENIED_PAUSE_MS;
				if (!this.#isDenied) log.warn({ err: error }, DENIED);
				this.#isDenied = true;
			} else {
				this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
				log.warn({ err: error }, 'the tasks of this deployment could not be listed; trying again');
			}
		}
		this.#nextAt = askedAt + this.#pauseMs;
	}

	async #waitForLook(): Promise<void> {
		const over = new AbortController();
		const patience = this.#parts.clock.sleep(PATIENCE_MS, over.signal).catch(() => {});
		await Promise.race([this.look(), patience]);
		over.abort();
	}

	#at(token: string): string | null {
		if (this.#parts.clock.now() - this.#listedAt > OLDEST_MS) return null;
		return replicaOf(this.#listed, token)?.address ?? null;
	}

	#reachable(address: string): Holder {
		const down = this.#down.get(address);
		if (down === undefined || down.until <= this.#parts.clock.now()) return { kind: 'at', address };
		return down.why === 'refused' ? GONE : UNKNOWN;
	}
}

const DENIED =
	'this task may not list the tasks of its deployment (ecs:ListTasks, ecs:DescribeTasks): pages stay at their task by the cookie of the load balancer alone, until a deploy has updated the baseline';
