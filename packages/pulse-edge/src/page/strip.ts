import { queryWithout } from '../decide/affinity.ts';
import type { RequestTarget } from '../entry/request-target.ts';
import { AFFINITY_QUERY } from '../protocol.ts';
import { acceptable } from './encoded/recoder.ts';
import { editedLines } from './header-lines.ts';
import type { PageKind } from './is-document.ts';
import type { PageHead } from './page-head.ts';
import { validatorsFor } from './validators.ts';

/** What is asked of the app: nothing of a pin is left in it, so that signatures and strict frameworks never see one (contract C1.3). */
export function strippedTarget(target: RequestTarget): RequestTarget {
	const { query, path, authority } = target;
	if (query === '') return target;
	const left = withoutPinOf(query);
	return left === query ? target : { query: left, path, authority, forward: left === '' ? path : `${path}?${left}` };
}

/** The tab script puts one pin at the end, and few addresses have anything escaped. */
function withoutPinOf(query: string): string {
	if (query.includes('%')) return queryWithout(query, AFFINITY_QUERY);
	const at = query.indexOf(AFFINITY_QUERY);
	if (at === -1) return query;
	const last = at === 0 || query.charCodeAt(at - 1) === AMPERSAND;
	if (!last || query.charCodeAt(at + AFFINITY_QUERY.length) !== EQUALS || query.includes('&', at))
		return queryWithout(query, AFFINITY_QUERY);
	return at === 0 ? '' : query.slice(0, at - 1);
}

const AMPERSAND = 38;
const EQUALS = 61;

/** The header lines that the app gets. `version`: what it knows as its own in a validator. */
export function strippedLines(
	{ lines: given, conditional }: PageHead,
	raw: readonly string[],
	kind: PageKind,
	version: string,
): string {
	if (kind === 'part') return conditional ? validatorsFor(given, raw, version) : given;
	// What is written into must come whole, and as something that can be written into (contract C1.7).
	let lines = given;
	for (const name of OF_PARTS) lines = editedLines(lines, raw, name, () => '');
	return editedLines(lines, raw, 'accept-encoding', acceptable);
}

const OF_PARTS = ['if-none-match', 'if-modified-since', 'if-range', 'range'];
