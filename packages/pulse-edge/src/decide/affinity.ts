import { AFFINITY_QUERY, RELOAD_ON_STALE_QUERY, REPLICA_QUERY } from '../protocol.ts';

/** The deployment that a request asks for, `''` for none: query before header, the last of repeated keys (contract R2.1). */
export function affinityOf(query: string, header: string): string {
	return queryValue(query, AFFINITY_QUERY) || header;
}

/** The header alone says which deployment, not the address that caches know an answer by. */
export function isPinnedByHeader(query: string, header: string): boolean {
	return header !== '' && queryValue(query, AFFINITY_QUERY) === '';
}

/** The replica that a pinned request asks for, as pages call it, `''` for none (contract R2.22). */
export function replicaAsked(query: string, header: string): string {
	return queryValue(query, REPLICA_QUERY) || header;
}

/** A websocket that prefers the active deployment to a refusal, because the app then reloads the page (contract R3.2). */
export function reloadsOnStale(query: string): boolean {
	return queryValue(query, RELOAD_ON_STALE_QUERY) === '1';
}

/** A raw query without a key, every other byte as it came. */
export function queryWithout(query: string, key: string): string {
	return query
		.split('&')
		.filter((part) => nameOf(part) !== key)
		.join('&');
}

function nameOf(part: string): string {
	const name = part.split('=', 1)[0]!;
	return name.includes('%') ? decode(name) : name;
}

/** The last value of a key in a raw query, read as form encoding reads it. Malformed escapes stand as they are. */
export function queryValue(query: string, key: string): string {
	// The query is scanned on every request: without the key in plain or escaped form there is nothing to find.
	if (query === '' || (!query.includes(key) && !query.includes('%'))) return '';
	let found = '';
	for (const part of query.split('&')) {
		const equals = part.indexOf('=');
		const name = equals === -1 ? part : part.slice(0, equals);
		if (name === key || (name.includes('%') && decode(name) === key)) {
			found = equals === -1 ? '' : decode(part.slice(equals + 1));
		}
	}
	return found;
}

function decode(text: string): string {
	const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
	if (!spaced.includes('%')) return spaced;
	try {
		return decodeURIComponent(spaced);
	} catch {
		return spaced;
	}
}
