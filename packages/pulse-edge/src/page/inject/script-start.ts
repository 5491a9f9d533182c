import { StringDecoder } from 'node:string_decoder';
import type { PieceInjector } from './injector.ts';
import { isStrict } from './strictness.ts';

/** Frozen because all pages share it. */
const NOTHING: readonly Buffer[] = Object.freeze([]);
/** A script that begins with more of comments than this begins with no directive either. */
const MOST_HELD = 65_536;

/**
 * Puts a piece of script in front of a worker's own (contract C1.12), on the same line, so that lines keep their numbers. A
 * script whose directives say `"use strict"` stays strict, and only that one: others say nothing to browsers.
 */
export class ScriptStart implements PieceInjector {
	readonly #script: string;
	/** Browsers read every worker's script as UTF-8. */
	readonly #decoder = new StringDecoder('utf8');
	#text = '';
	#held = NOTHING;
	#done = false;

	constructor(script: string) {
		this.#script = script;
	}

	push(chunk: Buffer): readonly Buffer[] {
		if (this.#done) return [chunk];
		// A copy: the chunk may be valid only during the call.
		this.#held = [...this.#held, Buffer.from(chunk)];
		this.#text += this.#decoder.write(chunk);
		const strict = isStrict(this.#text, this.#text.length >= MOST_HELD);
		return strict === null ? NOTHING : this.#give(strict);
	}

	end(): readonly Buffer[] {
		return this.#done ? NOTHING : this.#give(isStrict(this.#text + this.#decoder.end(), true) === true);
	}

	#give(strict: boolean): readonly Buffer[] {
		this.#done = true;
		const held = this.#held;
		this.#held = NOTHING;
		return [Buffer.from(inFront(this.#text, this.#script, strict), 'latin1'), ...held];
	}
}

/** What goes in front of a script that is here whole, one character for each byte. */
export function startOf(script: string, markup: string): string {
	const text = Buffer.from(script, 'latin1').toString();
	return inFront(text, markup, isStrict(text, true) === true);
}

/** Nothing before what is only valid as the very first. */
function inFront(text: string, markup: string, strict: boolean): string {
	if (text.startsWith('#!')) return '';
	return strict ? `"use strict";${markup}` : markup;
}
