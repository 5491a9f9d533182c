import { HeadFinder } from './find-head.ts';

/** Frozen because it is shared: what one page left in it, another one's reader would get. */
const NOTHING: readonly Buffer[] = Object.freeze([]);

/** Puts something into what passes in pieces. */
export interface PieceInjector {
	/** What goes out now, in order: parts of `chunk`, and copies. */
	push(chunk: Buffer): readonly Buffer[];
	/** What is left. */
	end(): readonly Buffer[];
}

/**
 * Puts a piece of markup first into a page's `<head>` while the page passes (contract C1.7). It holds back the few bytes of a
 * tag whose name is not whole; once the markup is in, every chunk passes as it comes.
 */
export class Injector implements PieceInjector {
	readonly #markup: Buffer;
	readonly #finder = new HeadFinder();
	#held = NOTHING;
	#done = false;

	constructor(markup: string) {
		this.#markup = Buffer.from(markup, 'latin1');
	}

	/** What goes out now, in order: parts of `chunk`, and copies. */
	push(chunk: Buffer): readonly Buffer[] {
		if (this.#done) return [chunk];
		const out: Buffer[] = [];
		let from = 0;
		let token = -1;
		for (let at = 0; at < chunk.length; at++) {
			const verdict = this.#finder.take(chunk[at]!);
			if (verdict === 'hold') {
				if (token === -1 && this.#held.length === 0) token = at;
			} else if (verdict === 'before') {
				if (this.#held.length > 0) {
					this.#done = true;
					const held = this.#held;
					this.#held = NOTHING;
					return [this.#markup, ...held, chunk];
				}
				return this.#give(out, chunk, token === -1 ? at : token, from);
			} else if (verdict === 'after') {
				out.push(...this.#released());
				return this.#give(out, chunk, at + 1, from);
			} else {
				token = -1;
				out.push(...this.#released());
			}
		}
		const until = token === -1 ? (this.#held.length > 0 ? 0 : chunk.length) : token;
		if (until > from) out.push(chunk.subarray(from, until));
		from = until;
		if (from < chunk.length) this.#held = [...this.#held, Buffer.from(chunk.subarray(from))];
		return out;
	}

	/** What is left. In a page that has nothing in it the markup goes last. */
	end(): readonly Buffer[] {
		if (this.#done) return NOTHING;
		this.#done = true;
		if (this.#finder.between) return [this.#markup];
		return this.#released();
	}

	#give(out: Buffer[], chunk: Buffer, at: number, from: number): Buffer[] {
		this.#done = true;
		if (at > from) out.push(chunk.subarray(from, at));
		out.push(this.#markup);
		if (at < chunk.length) out.push(chunk.subarray(at));
		return out;
	}

	#released(): readonly Buffer[] {
		const held = this.#held;
		this.#held = NOTHING;
		return held;
	}
}

/** The same for a page that is here whole, one character for each byte. */
export function injectedText(page: string, markup: string): string {
	const finder = new HeadFinder();
	let token = -1;
	for (let at = 0; at < page.length; at++) {
		const verdict = finder.take(page.charCodeAt(at));
		if (verdict === 'pass') token = -1;
		else if (verdict === 'hold') token = token === -1 ? at : token;
		else {
			const place = verdict === 'after' ? at + 1 : token === -1 ? at : token;
			return page.slice(0, place) + markup + page.slice(place);
		}
	}
	return finder.between ? page + markup : page;
}
