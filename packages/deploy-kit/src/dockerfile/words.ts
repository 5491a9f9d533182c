import { DockerfileError } from './dockerfile-error.ts';
import type { Escape } from './instructions.ts';

/** Words as written, quotes and escapes still in them. */
export function splitWords(text: string, escapeChar: Escape): string[] {
	const words: string[] = [];
	let word: string | null = null;
	let quote = '';
	for (let at = 0; at < text.length; at++) {
		const char = text[at]!;
		if (quote === '' && /\s/.test(char)) {
			if (word !== null) words.push(word);
			word = null;
			continue;
		}
		word ??= '';
		// Nothing is escaped between single quotes, and an escape at the very end is left out.
		if (char === escapeChar && quote !== "'") {
			if (at + 1 < text.length) word += char + text[++at]!;
			continue;
		}
		if (quote === '' && (char === '"' || char === "'")) quote = char;
		else if (char === quote) quote = '';
		word += char;
	}
	if (word !== null) words.push(word);
	return words;
}

/** `ENV a=1 b=2`, or the old form `ENV a one value`. */
export function assignments(rest: string, escapeChar: Escape): [name: string, value: string][] {
	const words = splitWords(rest, escapeChar);
	if (words.length > 0 && !words[0]!.includes('=')) {
		const [, name, value] = /^(\S+)[\t\v\f\r ]+([\s\S]*)$/.exec(rest) ?? [];
		if (name === undefined || value === undefined) throw new DockerfileError('ENV must have two arguments');
		return [[name, value]];
	}
	return words.map((word) => {
		const at = word.indexOf('=');
		if (at < 0) throw new DockerfileError(`can't find = in "${word}". Must be of the form: name=value`);
		if (at === 0) throw new DockerfileError('ENV names can not be blank');
		return [word.slice(0, at), word.slice(at + 1)];
	});
}

/** `["node","a.js"]`; `null` is the shell form. */
export function jsonWords(rest: string): string[] | null {
	if (!rest.startsWith('[')) return null;
	let parsed: unknown;
	try {
		parsed = JSON.parse(rest);
	} catch {
		return null;
	}
	if (!Array.isArray(parsed)) return null;
	if (parsed.some((word) => typeof word !== 'string')) {
		throw new DockerfileError('when using JSON array syntax, arrays must be comprised of strings only');
	}
	return parsed as string[];
}
