/**
 * Whether a script's directives say `"use strict"` (ECMAScript, 11.2.1): among the statements at its beginning that are a
 * string and nothing else. `null`: it cannot be told before more of it is here. `whole`: there is no more.
 */
export function isStrict(text: string, whole: boolean): boolean | null {
	let from = 0;
	for (;;) {
		const at = behindBlanks(text, from);
		if (!whole && text.length - at < LOOKAHEAD) return null;
		const literal = matchAt(LITERAL, text, at);
		if (literal === '') return whole || !BEGUN.test(text.slice(at)) ? false : null;
		const end = at + literal.length;
		const next = behindBlanks(text, end);
		if (!whole && (text.length - next < LOOKAHEAD || isBegunComment(text, next))) return null;
		if (!isStatement(text, end, next)) return false;
		// As it is written: with an escape in it, it is another string.
		if (literal.slice(1, -1) === 'use strict') return true;
		from = text[next] === ';' ? next + 1 : next;
	}
}

/** Of the longest word that goes on with an expression, and what tells that it ends. */
const LOOKAHEAD = 'instanceof'.length + 1;

const BLANKS = /(?:\s|\/\/[^\n\r\u2028\u2029]*|\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\/)*/y;
const LITERAL = /"(?:[^"\\\n\r]|\\(?:\r\n|[\s\S]))*"|'(?:[^'\\\n\r]|\\(?:\r\n|[\s\S]))*'/y;
/** A string or a comment that does not end here. */
const BEGUN = /^(?:"(?:[^"\\\n\r]|\\[\s\S])*\\?$|'(?:[^'\\\n\r]|\\[\s\S])*\\?$|\/\*)/;
/** On the next line, what is still of the expression before it: so no semicolon is inserted there (ECMAScript, 12.10). */
const GOES_ON = /[.([`*/%,?:<>=&|^]|\+(?!\+)|-(?!-)|!=|in(?:stanceof)?(?![\w$\\\u0080-\uffff])/y;

function behindBlanks(text: string, at: number): number {
	return at + matchAt(BLANKS, text, at).length;
}

function isBegunComment(text: string, at: number): boolean {
	return text.startsWith('/*', at);
}

/** The string that ends at `end` is all of a statement; `next`: what follows behind blanks. */
function isStatement(text: string, end: number, next: number): boolean {
	if (next === text.length || text[next] === ';' || text[next] === '}') return true;
	return /[\n\r\u2028\u2029]/.test(text.slice(end, next)) && matchAt(GOES_ON, text, next) === '';
}

function matchAt(sticky: RegExp, text: string, at: number): string {
	sticky.lastIndex = at;
	return sticky.exec(text)?.[0] ?? '';
}
