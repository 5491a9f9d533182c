import { createHash, randomBytes } from 'node:crypto';
import { networkOf } from './client-network.ts';

/** `busy`: what its user would lose if it were loaded anew. */
export type TabState = 'visible' | 'hidden' | 'busy';
export type TabCounts = Readonly<Record<TabState, number>>;

export interface PresenceOptions {
	readonly now: () => number;
	/** So long a hidden tab holds its version, from when it was hidden. */
	readonly hiddenMs: number;
}

interface Tab {
	readonly address: string;
	version: string;
	state: TabState;
	/** In this state. */
	since: number;
	seenAt: number;
	failed?: true;
}

/** Three reports that did not come. */
const SEEN_MS = 90_000;
/** Together some ten megabytes at most. */
const MAX_TABS = 50_000;
/** As many as an office behind one address may have. */
const MAX_TABS_OF_NETWORK = 1_000;

/**
 * The tabs that say they are there, by version (contract C1.15). Of a visitor nothing is kept but a word that the tab
 * made up and an address that only this process can compare: it cannot be told who was here.
 */
export class Presence {
	readonly #options: PresenceOptions;
	readonly #salt = randomBytes(16);
	readonly #tabs = new Map<string, Tab>();
	readonly #byAddress = new Map<string, number>();
	/** Versions of tabs that were too many to be counted, by when the last one spoke: those hold them, too. */
	readonly #uncounted = new Map<string, number>();
	/** From then on it knows of all tabs: each has spoken to it, or is hidden for too long. Unix milliseconds. */
	readonly wholeAt: number;
	#sweptAt = 0;

	constructor(options: PresenceOptions) {
		this.#options = options;
		this.wholeAt = options.now() + Math.max(SEEN_MS, options.hiddenMs);
	}

	/** Of too many tabs the rest count as one for each version, so that a flood deletes no version with people on it. */
	report(version: string, tab: string, state: TabState, from: string): void {
		const now = this.#options.now();
		const address = this.#disguised(from);
		const key = `${address} ${tab}`;
		const known = this.#tabs.get(key);
		if (known !== undefined) {
			if (known.state !== state || known.version !== version) known.since = now;
			known.state = state;
			known.version = version;
			known.seenAt = now;
			return;
		}
		const others = this.#byAddress.get(address) ?? 0;
		if (others >= MAX_TABS_OF_NETWORK || this.#tabs.size >= MAX_TABS) {
			this.#uncounted.set(version, now);
			return;
		}
		this.#byAddress.set(address, others + 1);
		this.#tabs.set(key, { address, version, state, since: now, seenAt: now });
	}

	/** Its page's script has failed. True the first time: a page that fails all the time has failed once. */
	fails(version: string, tab: string, from: string): boolean {
		const key = `${this.#disguised(from)} ${tab}`;
		if (!this.#tabs.has(key)) this.report(version, tab, 'visible', from);
		const known = this.#tabs.get(key);
		if (known === undefined || known.failed) return false;
		known.failed = true;
		return true;
	}

	leave(tab: string, from: string): void {
		this.#forget(`${this.#disguised(from)} ${tab}`);
	}

	/** Those that hold their version, by version. */
	counts(): Map<string, TabCounts> {
		const now = this.#options.now();
		const counts = new Map<string, Record<TabState, number>>();
		const add = (version: string, state: TabState) => {
			const of = counts.get(version) ?? { visible: 0, hidden: 0, busy: 0 };
			of[state]++;
			counts.set(version, of);
		};
		for (const { version, state, since, seenAt } of this.#tabs.values()) {
			const holds = state === 'hidden' ? now - since <= this.#options.hiddenMs : now - seenAt <= SEEN_MS;
			if (holds) add(version, state);
		}
		for (const [version, at] of this.#uncounted) if (now - at <= SEEN_MS) add(version, 'visible');
		return counts;
	}

	/** Forgets who was not heard of for long. Hidden ones that still speak are kept, so that they do not begin anew. */
	sweep(): void {
		const now = this.#options.now();
		if (Math.abs(now - this.#sweptAt) < SWEEP_MS) return;
		this.#sweptAt = now;
		for (const [version, at] of this.#uncounted) if (now - at > SEEN_MS) this.#uncounted.delete(version);
		for (const [key, { state, seenAt }] of this.#tabs) {
			if (now - seenAt > (state === 'hidden' ? Math.max(SEEN_MS, this.#options.hiddenMs) : SEEN_MS)) this.#forget(key);
		}
	}

	#forget(key: string): void {
		const tab = this.#tabs.get(key);
		if (tab === undefined) return;
		this.#tabs.delete(key);
		const left = this.#byAddress.get(tab.address)! - 1;
		if (left === 0) this.#byAddress.delete(tab.address);
		else this.#byAddress.set(tab.address, left);
	}

	#disguised(address: string): string {
		return createHash('sha256').update(this.#salt).update(networkOf(address)).digest('base64').slice(0, 16);
	}
}

const SWEEP_MS = 10_000;
