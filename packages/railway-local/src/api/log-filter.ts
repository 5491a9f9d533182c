import type { LogEntry } from '../runtime/logs.ts';

/** What a filter may ask of an entry besides its text: `@deployment:…`, `@snapshot:…`, `@level:error`. */
export interface LogFacts {
	readonly entry: LogEntry;
	readonly tags: Readonly<Record<string, string | null>>;
}

type Matches = (facts: LogFacts) => boolean;
type Token = { readonly text: string; readonly quoted: boolean; readonly opposite: boolean };

/**
 * Railway's log filter: words and `"quoted text"` that the message contains, `@name:value`, `-` before either for its
 * opposite, `AND` (also unwritten), `OR`, and parentheses. What cannot be read as one matches as plain text.
 */
export function logFilter(text: string): Matches {
	const tokens: Token[] = [...text.matchAll(/(-?)"([^"]*)"|[()]|[^\s()"]+/g)].map(([whole, minus, quoted]) =>
		quoted === undefined
			? { text: whole, quoted: false, opposite: whole.startsWith('-') && whole.length > 1 }
			: { text: quoted, quoted: true, opposite: minus === '-' },
	);
	const at = { index: 0 };
	const parsed = tokens.length === 0 ? () => true : either(tokens, at);
	return parsed !== null && at.index === tokens.length ? parsed : ({ entry }) => entry.message.includes(text);
}

function either(tokens: readonly Token[], at: { index: number }): Matches | null {
	const parts: Matches[] = [];
	do {
		const part = all(tokens, at);
		if (part === null) return null;
		parts.push(part);
	} while (take(tokens, at, 'OR'));
	return (facts) => parts.some((part) => part(facts));
}

function all(tokens: readonly Token[], at: { index: number }): Matches | null {
	const parts: Matches[] = [];
	do {
		const part = one(tokens, at);
		if (part === null) return null;
		parts.push(part);
	} while (take(tokens, at, 'AND') || begins(tokens[at.index]));
	return (facts) => parts.every((part) => part(facts));
}

function one(tokens: readonly Token[], at: { index: number }): Matches | null {
	if (take(tokens, at, '(')) {
		const inner = either(tokens, at);
		return inner !== null && take(tokens, at, ')') ? inner : null;
	}
	const token = tokens[at.index];
	if (!begins(token)) return null;
	at.index += 1;
	if (!token.opposite) return term(token.text, token.quoted);
	const plain = term(token.quoted ? token.text : token.text.slice(1), token.quoted);
	return (facts) => !plain(facts);
}

function term(text: string, quoted: boolean): Matches {
	const [, name, value = ''] = (quoted ? null : /^@(\w+):(.+)$/.exec(text)) ?? [];
	if (name === undefined) return ({ entry }) => entry.message.includes(text);
	if (name === 'level') return ({ entry }) => entry.severity === value;
	return ({ tags }) => tags[name] === value;
}

function begins(token: Token | undefined): token is Token {
	return token !== undefined && (token.quoted || !['AND', 'OR', ')'].includes(token.text));
}

function take(tokens: readonly Token[], at: { index: number }, word: string): boolean {
	const token = tokens[at.index];
	if (token === undefined || token.quoted || token.text !== word) return false;
	at.index += 1;
	return true;
}
