import type { AssetMemory } from './assets.ts';
import type { Target } from './resolve.ts';
import type { ResponseHead } from './upstream/parse-head.ts';

/** A "not found" longer than this is no missing chunk, and is passed on as it comes. */
const MAX_HELD_BYTES = 65_536;
/** For all draining deployments together: one that hangs must not hold up a "not found" that is known already. */
const SEARCH_MS = 5_000;
const CREDENTIALS = /^(?:cookie|authorization):.*$/gim;

/** One asset that the active deployment may lack: holds its 404 while the draining ones are asked. */
export class AssetSearch {
	readonly #memory: AssetMemory;
	readonly #target: string;
	readonly #requestLines: string;
	#credentials = '';
	#left: Target[] = [];
	#first: { head: ResponseHead; deploymentId: string } | null = null;
	#body: Buffer[] = [];
	#held = 0;
	#timer: NodeJS.Timeout | undefined;
	/** Everybody asked so far said that it is not there. */
	#certain = true;
	/** What arrives now is not for the client. */
	holding = false;
	/** The first answer is whole. Before that there is nothing to fall back to. */
	searching = false;

	/** `target`: path and query. */
	constructor(memory: AssetMemory, target: string, requestLines: string) {
		this.#memory = memory;
		this.#target = target;
		this.#requestLines = requestLines;
	}

	/** False when this answer is none of the search's business: by far the most. */
	minds(head: ResponseHead): boolean {
		return head.status === 404 || this.#first !== null;
	}

	/** True when this answer is not the one to give yet. */
	holds(head: ResponseHead, deploymentId: string): boolean {
		if (this.#first !== null) {
			this.holding = head.status >= 400;
			if (head.status !== 404 && head.status !== 410) this.#certain = false;
			if (this.holding) return true;
			this.stop();
			this.#memory.remember(this.#target, deploymentId);
			return false;
		}
		if (head.status !== 404 || head.contentLength > MAX_HELD_BYTES) return false;
		this.#credentials = this.#requestLines.match(CREDENTIALS)?.join() ?? '';
		this.#left = this.#memory.elsewhere(this.#target, this.#credentials);
		if (this.#left.length === 0) return false;
		this.#first = { head, deploymentId };
		this.holding = true;
		return true;
	}

	/** Keeps the first answer's body; later ones are of no use. False when it is too long to be held or waited for. */
	keep(chunk: Buffer): boolean {
		this.#held += chunk.length;
		if (this.#held > MAX_HELD_BYTES) return false;
		if (!this.searching) this.#body.push(Buffer.from(chunk));
		return true;
	}

	/** `late`: the search took too long, and what is under way is not worth waiting for. */
	next(late: () => void): Target | null {
		this.searching = true;
		this.#held = 0;
		this.#timer ??= setTimeout(() => {
			this.failed();
			this.#left = [];
			late();
		}, SEARCH_MS);
		const next = this.#left.shift();
		if (next !== undefined) return next;
		this.stop();
		if (this.#certain) this.#memory.rememberMissing(this.#target, this.#credentials);
		return null;
	}

	/** Whoever is asked now did not say whether it has it. */
	failed(): void {
		this.#certain = false;
	}

	stop(): void {
		clearTimeout(this.#timer);
	}

	/** To be handed out after all; what arrives from now on is for the client. */
	firstAnswer(): { head: ResponseHead; deploymentId: string; body: Buffer } {
		this.holding = false;
		return { ...this.#first!, body: Buffer.concat(this.#body) };
	}
}
