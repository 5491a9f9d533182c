import type { AssetMemory } from './assets.ts';
import type { Target } from './resolve.ts';
import type { ResponseHead } from './upstream/parse-head.ts';

/** A "not found" longer than this is no missing chunk, and is passed on as it comes. */
const MAX_HELD_BYTES = 65_536;

/** One asset that the active deployment may lack: holds its 404 while the draining ones are asked. */
export class AssetSearch {
	readonly #memory: AssetMemory;
	readonly #path: string;
	#left: Target[] | null = null;
	#first: { head: ResponseHead; deploymentId: string } | null = null;
	#body: Buffer[] = [];
	/** What arrives now is not for the client. */
	holding = false;

	constructor(memory: AssetMemory, path: string) {
		this.#memory = memory;
		this.#path = path;
	}

	/** True when this answer is not the one to give yet. */
	holds(head: ResponseHead, deploymentId: string): boolean {
		if (this.#first !== null) {
			this.holding = head.status >= 400 || head.status < 200;
			if (!this.holding) this.#memory.remember(this.#path, deploymentId);
			return this.holding;
		}
		if (head.status !== 404 || head.contentLength > MAX_HELD_BYTES) return false;
		this.#left = this.#memory.elsewhere(this.#path);
		if (this.#left.length === 0) return false;
		this.#first = { head, deploymentId };
		this.holding = true;
		return true;
	}

	/** Keeps the first answer's body; later ones are of no use. */
	keep(chunk: Buffer): void {
		if (!this.#answered) this.#body.push(Buffer.from(chunk));
	}

	#answered = false;

	next(): Target | null {
		this.#answered = true;
		const next = this.#left?.shift() ?? null;
		if (next === null) this.#memory.remember(this.#path, null);
		return next;
	}

	firstAnswer(): { head: ResponseHead; deploymentId: string; body: Buffer } {
		return { ...this.#first!, body: Buffer.concat(this.#body) };
	}
}
