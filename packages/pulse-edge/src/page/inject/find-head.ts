/**
 * Finds, byte by byte, where the first thing in `<head>` goes: behind its start tag, or where a document has none before the
 * first token that ends "before head" (HTML, 13.2.6.4.1 to 3). What those steps pass over is passed over here: white space,
 * comments, doctypes, `<html>`, and end tags that they ignore. Fuzzed against parse5 in `injector.test.ts`.
 */
export class HeadFinder {
	#state: State = 'start';
	#name = '';
	#end = false;
	/** Of a comment: what may be the beginning of its end. */
	#tail = '';

	/** At the very end nothing is begun: what is missing is implied. */
	get between(): boolean {
		return this.#state === 'between' || this.#state === 'start';
	}

	take(byte: number): Verdict {
		switch (this.#state) {
			case 'start':
				if (byte !== BOM[0]) return this.#between(byte);
				this.#state = 'bom-2';
				return 'hold';
			case 'bom-2':
				if (byte !== BOM[1]) return 'before';
				this.#state = 'bom-3';
				return 'hold';
			case 'bom-3':
				return byte === BOM[2] ? this.#over() : 'before';
			case 'between':
				return this.#between(byte);
			case 'open':
				return this.#open(byte);
			case 'end-open':
				// `</>` is nothing at all.
				if (byte === GT) return this.#over();
				if (!isLetter(byte)) return this.#begin('bogus', byte);
				this.#end = true;
				this.#name = '';
				this.#state = 'name';
				return this.#nameByte(byte);
			case 'name':
				return this.#nameByte(byte);
			case 'declaration':
				return this.#declaration(byte);
			case 'comment':
				return this.#comment(byte);
			case 'bogus':
				return byte === GT ? this.#over() : 'pass';
			default:
				return this.#attribute(byte);
		}
	}

	#between(byte: number): Verdict {
		this.#state = byte === LT ? 'open' : 'between';
		if (isSpace(byte)) return 'pass';
		return byte === LT ? 'hold' : 'before';
	}

	#open(byte: number): Verdict {
		if (byte === BANG) return this.#begin('declaration');
		if (byte === SLASH) {
			this.#state = 'end-open';
			return 'hold';
		}
		if (byte === QUESTION) return this.#begin('bogus');
		if (!isLetter(byte)) return 'before';
		this.#end = false;
		this.#name = '';
		this.#state = 'name';
		return this.#nameByte(byte);
	}

	#nameByte(byte: number): Verdict {
		if (!isSpace(byte) && byte !== SLASH && byte !== GT) {
			this.#name += String.fromCharCode(byte).toLowerCase();
			if (this.#end) {
				if (this.#name.length <= 4) return 'hold';
				// Longer than all that count.
				return this.#begin('tag-name');
			}
			return 'html'.startsWith(this.#name) || 'head'.startsWith(this.#name) ? 'hold' : 'before';
		}
		const decides = this.#end ? /^(?:head|body|html|br)$/.test(this.#name) : !/^(?:html|head)$/.test(this.#name);
		if (decides) return 'before';
		return this.#begin('before-attribute', byte);
	}

	#declaration(byte: number): Verdict {
		this.#tail += String.fromCharCode(byte);
		if (this.#tail === '-') return 'pass';
		if (this.#tail === '--') return this.#begin('comment');
		return this.#begin('bogus', byte);
	}

	/** `#tail`: the last three bytes within it. Two ends are only ones at once: `<!-->` and `<!--->`. */
	#comment(byte: number): Verdict {
		if (byte === GT && /^-?$|--$|--!$/.test(this.#tail)) return this.#over();
		// Of a beginning that was longer than that, something is left in it.
		this.#tail = (this.#tail.length === 3 ? this.#tail.slice(1) : this.#tail) + String.fromCharCode(byte);
		return 'pass';
	}

	#attribute(byte: number): Verdict {
		if (this.#state === 'double' || this.#state === 'single') {
			if (byte === (this.#state === 'double' ? DOUBLE : SINGLE)) this.#state = 'before-attribute';
			return 'pass';
		}
		if (byte === GT) return this.#name === 'head' && !this.#end ? 'after' : this.#over();
		switch (this.#state) {
			case 'tag-name':
				if (isSpace(byte) || byte === SLASH) this.#state = 'before-attribute';
				break;
			case 'before-attribute':
				if (!isSpace(byte) && byte !== SLASH) this.#state = 'attribute';
				break;
			case 'attribute':
				if (byte === EQUALS) this.#state = 'before-value';
				else if (byte === SLASH) this.#state = 'before-attribute';
				else if (isSpace(byte)) this.#state = 'after-attribute';
				break;
			case 'after-attribute':
				if (byte === EQUALS) this.#state = 'before-value';
				else if (byte === SLASH) this.#state = 'before-attribute';
				else if (!isSpace(byte)) this.#state = 'attribute';
				break;
			case 'before-value':
				if (byte === DOUBLE) this.#state = 'double';
				else if (byte === SINGLE) this.#state = 'single';
				else if (!isSpace(byte)) this.#state = 'unquoted';
				break;
			case 'unquoted':
				if (isSpace(byte)) this.#state = 'before-attribute';
				break;
		}
		return 'pass';
	}

	/** A token that is passed over, with the byte that showed what it is. */
	#begin(state: State, byte = 0): Verdict {
		this.#state = state;
		this.#tail = '';
		return byte === GT ? this.take(byte) : 'pass';
	}

	#over(): Verdict {
		this.#state = 'between';
		this.#tail = '';
		return 'pass';
	}
}

/** `hold`: nothing from the token's beginning on may go out yet. `before`: the place is before that token. `after`: behind this byte. */
export type Verdict = 'pass' | 'hold' | 'before' | 'after';

type State =
	| 'start'
	| 'bom-2'
	| 'bom-3'
	| 'between'
	| 'open'
	| 'end-open'
	| 'name'
	| 'declaration'
	| 'comment'
	| 'bogus'
	| 'tag-name'
	| 'before-attribute'
	| 'attribute'
	| 'after-attribute'
	| 'before-value'
	| 'double'
	| 'single'
	| 'unquoted';

const BOM = [0xef, 0xbb, 0xbf];
const LT = 0x3c;
const GT = 0x3e;
const BANG = 0x21;
const SLASH = 0x2f;
const QUESTION = 0x3f;
const EQUALS = 0x3d;
const DOUBLE = 0x22;
const SINGLE = 0x27;

function isSpace(byte: number): boolean {
	return byte === 0x20 || byte === 0x0a || byte === 0x09 || byte === 0x0d || byte === 0x0c;
}

function isLetter(byte: number): boolean {
	const lower = byte | 0x20;
	return lower >= 0x61 && lower <= 0x7a;
}
