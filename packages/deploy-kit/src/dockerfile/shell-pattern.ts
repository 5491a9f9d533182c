import { DockerfileError } from './dockerfile-error.ts';

/** `*` and `?` are wildcards; brackets are not, in Dockerfiles. */
function expression(pattern: string, greedy: boolean): string {
	let result = '';
	for (let at = 0; at < pattern.length; at++) {
		const char = pattern[at]!;
		if (char === '*') result += greedy ? '.*' : '.*?';
		else if (char === '?') result += '.';
		else if (char === '\\') {
			const next = pattern[++at] ?? '';
			// In `${}` these are escaped for its own sake.
			if (next === '}' || next === '/') result += next;
			else if ('*?\\'.includes(next) && next !== '') result += `\\${next}`;
			else throw new DockerfileError(`invalid escape '\\${next}'`);
		} else result += char.replace(/[[\]{}.+()|^$]/, '\\$&');
	}
	return result;
}

/** `${name#pattern}` and `${name%pattern}`; a doubled sign takes the longest match away. */
export function trimPattern(word: string, value: string, side: '#' | '%'): string {
	const greedy = word.startsWith(side);
	const pattern = greedy ? word.slice(1) : word;
	if (side === '#') return value.replace(new RegExp(`^${expression(pattern, greedy)}`), '');
	const end = new RegExp(`^(?:${expression(pattern, true)})$`);
	// Ends from the shortest on, or from the longest on.
	const starts = Array.from({ length: value.length + 1 }, (_, i) => (greedy ? i : value.length - i));
	const start = starts.find((at) => end.test(value.slice(at)));
	return start === undefined ? value : value.slice(0, start);
}

/** `${name/pattern/replacement}`, with `//` everywhere. */
export function replacePattern(pattern: string, value: string, replacement: string, all: boolean): string {
	return value.replace(new RegExp(expression(pattern, true), all ? 'g' : ''), () => replacement);
}
