import type { PieceInjector } from './injector.ts';

const NOTHING: Buffer[] = [];
/** A script that begins with more of comments than this begins with no directive either. */
const MOST_HELD = 65_536;

/**
 * Puts a piece of script in front of a worker's own (contract C1.12), on the same line, so that lines keep their numbers. A
 * script that begins with `"use strict"` stays strict, and only that one.
 */
export class ScriptStart implements PieceInjector {
	readonly #script: string;
	#held = NOTHING;
	#done = false;

	constructor(script: string) {
		this.#script = script;
	}

	push(chunk: Buffer): Buffer[] {
		if (this.#done) return [chunk];
		// A copy: the chunk may be valid only during the call.
		this.#held = [...this.#held, Buffer.from(chunk)];
		const text = Buffer.concat(this.#held).toString('latin1');
		return text.length < MOST_HELD && !isDecided(text) ? NOTHING : this.end();
	}

	end(): Buffer[] {
		if (this.#done) return NOTHING;
		this.#done = true;
		const held = this.#held;
		this.#held = NOTHING;
		return [Buffer.from(startOf(Buffer.concat(held).toString('latin1'), this.#script), 'latin1'), ...held];
	}
}

/** What goes in front of a script, one character for each byte; nothing before what is only valid as the very first. */
export function startOf(text: string, script: string): string {
	if (text.startsWith('#!')) return '';
	return STRICT.test(text.slice(LEADING.exec(text)![0].length)) ? `"use strict";${script}` : script;
}

/** Everything before the first token is here, and enough of that. */
function isDecided(text: string): boolean {
	const rest = text.slice(LEADING.exec(text)![0].length);
	return rest.length >= DIRECTIVE && !(rest.startsWith('/*') && !rest.includes('*/'));
}

/** With what tells whether it is a whole statement. */
const DIRECTIVE = 256;
/** A byte order mark, white space and comments that are whole. */
const LEADING = /^(?:\xef\xbb\xbf)?(?:\s|\/\/[^\r\n]*[\r\n]|\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\/)*/;
const STRICT = /^(["'])use strict\1[\t ]*(?:;|[\r\n}]|$)/;
