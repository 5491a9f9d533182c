import type { Target } from '../decide/resolve.ts';
import type { ResponseHead } from '../upstream/parse-head.ts';
import type { AssetMemory } from './assets.ts';
import type { Upstream, Upstreams } from './claim.ts';
import { bodyIsMarkup, isMarkup } from './markup.ts';

/** A "not found" longer than this is no missing chunk, and is passed on as it comes. */
const MAX_HELD_BYTES = 65_536;
/** For all draining deployments together: one that hangs must not hold up a "not found" that is known already. */
const SEARCH_MS = 5_000;
const CREDENTIALS = /^(?:cookie|authorization):.*$/gim;

/**
 * One asset that the active deployment may lack: holds its "not found" while the draining ones are asked. A page in place of
 * an asset is a "not found" as well: that is how the server of a single-page app answers for a chunk of another build.
 */
export class AssetSearch {
	readonly #memory: AssetMemory;
	readonly #upstreams: Upstreams;
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
	/** Held for its type alone; its first bytes have the last word. */
	#suspected = false;
	/** The draining deployment that is asked now, claimed. */
	asked: Upstream | null = null;
	/** What arrives now is not for the client. */
	holding = false;
	/** The first answer is whole. Before that there is nothing to fall back to. */
	searching = false;

	/** `target`: path and query. */
	constructor(memory: AssetMemory, upstreams: Upstreams, target: string, requestLines: string) {
		this.#memory = memory;
		this.#upstreams = upstreams;
		this.#target = target;
		this.#requestLines = requestLines;
	}

	/** False when this answer is none of the search's business: by far the most. */
	minds(head: ResponseHead): boolean {
		return this.#first !== null || isMissing(head) || isMarkup(head);
	}

	/** True when this answer is not the one to give yet. */
	holds(head: ResponseHead, deploymentId: string): boolean {
		if (this.#first !== null) {
			const missing = isMissing(head) || isMarkup(head);
			this.holding = missing || head.status >= 400;
			if (this.holding && !missing) this.#certain = false;
			if (this.holding) return true;
			clearTimeout(this.#timer);
			this.#memory.remember(this.#target, deploymentId);
			return false;
		}
		if (!(isMissing(head) || isMarkup(head)) || head.contentLength > MAX_HELD_BYTES) return false;
		this.#credentials = this.#requestLines.match(CREDENTIALS)?.join() ?? '';
		this.#left = this.#memory.elsewhere(this.#target, this.#credentials, deploymentId);
		if (this.#left.length === 0) return false;
		this.#first = { head, deploymentId };
		this.#suspected = !isMissing(head);
		this.holding = true;
		return true;
	}

	/**
	 * Keeps the first answer's body; later ones are of no use. False when it is too long to be held or waited for, or turns
	 * out to be what was asked for.
	 */
	keep(chunk: Buffer): boolean {
		this.#held += chunk.length;
		if (this.#held > MAX_HELD_BYTES) return false;
		if (this.searching) return true;
		if (this.#suspected && this.#body.length === 0 && !bodyIsMarkup(this.#first!.head, chunk)) return false;
		this.#body.push(Buffer.from(chunk));
		return true;
	}

	/** `late`: the search took too long, and what is under way is not worth waiting for. */
	next(late: () => void): Upstream | null {
		this.searching = true;
		this.#leave();
		this.#held = 0;
		this.#timer ??= setTimeout(() => {
			this.failed();
			this.#left = [];
			late();
		}, SEARCH_MS);
		const next = this.#left.shift();
		if (next !== undefined) {
			this.asked = this.#upstreams.claimSearch(next);
			return this.asked;
		}
		clearTimeout(this.#timer);
		if (this.#certain) this.#memory.rememberMissing(this.#target, this.#credentials);
		return null;
	}

	/** Whoever is asked now did not say whether it has it. */
	failed(): void {
		this.#certain = false;
	}

	/** The exchange is over. */
	stop(): void {
		clearTimeout(this.#timer);
		this.#leave();
	}

	#leave(): void {
		if (this.asked !== null) this.#upstreams.releaseSearch(this.asked);
		this.asked = null;
	}

	/** To be handed out after all; what arrives from now on is for the client. */
	firstAnswer(): { head: ResponseHead; deploymentId: string; body: Buffer } {
		this.holding = false;
		return { ...this.#first!, body: Buffer.concat(this.#body) };
	}
}

function isMissing({ status }: ResponseHead): boolean {
	return status === 404 || status === 410;
}
