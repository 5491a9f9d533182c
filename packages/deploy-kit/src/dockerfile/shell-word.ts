import { DockerfileError } from './dockerfile-error.ts';
import type { Escape } from './instructions.ts';
import { replacePattern, trimPattern } from './shell-pattern.ts';

/** A name's value, or `undefined` where it is not set. */
export type Lookup = (name: string) => string | undefined;

/** Takes off quotes and escapes, and fills in `$name` and the forms of `${name}` that Dockerfiles know. */
export function expandWord(text: string, lookup: Lookup, escapeChar: Escape): string {
	const reader = { text, at: 0, lookup, escapeChar };
	return readUntil(reader, null, false);
}

interface Reader {
	readonly text: string;
	at: number;
	readonly lookup: Lookup;
	readonly escapeChar: Escape;
}

/** `raw` keeps escapes, for patterns that are read once more. */
function readUntil(reader: Reader, stop: string | null, raw: boolean): string {
	let result = '';
	while (reader.at < reader.text.length) {
		const char = reader.text[reader.at]!;
		if (char === stop) {
			reader.at++;
			return result;
		}
		if (char === '$') result += readDollar(reader);
		else if (char === "'") result += readSingle(reader, raw);
		else if (char === '"') result += readDouble(reader, raw);
		else if (char === reader.escapeChar) {
			if (raw) result += char;
			result += reader.text[reader.at + 1] ?? '';
			reader.at += 2;
		} else {
			result += char;
			reader.at++;
		}
	}
	if (stop !== null) throw new DockerfileError(`syntax error: missing '${stop}'`);
	return result;
}

function readSingle(reader: Reader, raw: boolean): string {
	const end = reader.text.indexOf("'", reader.at + 1);
	if (end < 0) throw new DockerfileError('unexpected end of statement while looking for matching single-quote');
	const inner = reader.text.slice(reader.at + 1, end);
	reader.at = end + 1;
	return raw ? inner.replaceAll(reader.escapeChar, reader.escapeChar.repeat(2)) : inner;
}

function readDouble(reader: Reader, raw: boolean): string {
	let result = '';
	reader.at++;
	while (reader.at < reader.text.length) {
		const char = reader.text[reader.at]!;
		if (char === '"') {
			reader.at++;
			return result;
		}
		if (char === '$') {
			result += readDollar(reader);
			continue;
		}
		reader.at++;
		if (char !== reader.escapeChar) {
			result += char;
			continue;
		}
		const next = reader.text[reader.at];
		if (next === undefined) break;
		// Only these are escaped between double quotes; before anything else the escape is a character.
		if (next === '"' || next === '$' || next === reader.escapeChar) {
			result += raw ? char + next : next;
			reader.at++;
		} else result += raw ? char + char : char;
	}
	throw new DockerfileError('unexpected end of statement while looking for matching double-quote');
}

function readDollar(reader: Reader): string {
	reader.at++;
	if (reader.text[reader.at] !== '{') {
		const name = readName(reader);
		return name === '' ? '$' : (reader.lookup(name) ?? '');
	}
	reader.at++;
	if (reader.at >= reader.text.length) throw new DockerfileError("syntax error: missing '}'");
	if ('{}:'.includes(reader.text[reader.at]!)) throw new DockerfileError('syntax error: bad substitution');
	const name = readName(reader);
	const value = reader.lookup(name);
	let operator = reader.text[reader.at++] ?? '';
	if (operator === '}') return value ?? '';
	if (operator === '/') return replaced(reader, value ?? '');
	const nullIsUnset = operator === ':';
	if (nullIsUnset) operator = reader.text[reader.at++] ?? '';
	const isPattern = operator === '#' || operator === '%';
	if (!'+-?#%'.includes(operator) || operator === '' || (nullIsUnset && isPattern)) {
		throw new DockerfileError(`unsupported modifier (${nullIsUnset ? ':' : ''}${operator}) in substitution`);
	}
	const word = readUntil(reader, '}', isPattern);
	if (isPattern) return trimPattern(word, value ?? '', operator as '#' | '%');
	const missing = value === undefined || (nullIsUnset && value === '');
	if (operator === '-') return missing ? word : value;
	if (operator === '+') return missing ? '' : word;
	if (missing) throw new DockerfileError(`${name}: ${word || 'is not allowed to be unset'}`);
	return value;
}

function replaced(reader: Reader, value: string): string {
	const all = reader.text[reader.at] === '/';
	if (all) reader.at++;
	const pattern = readUntil(reader, '/', true);
	return replacePattern(pattern, value, readUntil(reader, '}', true), all);
}

function readName(reader: Reader): string {
	const [name] = /^(?:\d+|[@*#?\-$!]|[\p{L}_][\p{L}\p{Nd}_]*)/u.exec(reader.text.slice(reader.at)) ?? [''];
	reader.at += name.length;
	return name;
}
