import { queryWithout } from '../decide/affinity.ts';
import type { RequestHead } from '../entry/request-head.ts';
import type { RequestTarget } from '../entry/request-target.ts';
import { AFFINITY_HEADER, AFFINITY_QUERY, PAGE_COOKIE } from '../protocol.ts';
import { withoutPageCookie } from './cookie.ts';
import { decodable } from './encoded/codings.ts';
import { editedLines } from './header-lines.ts';
import type { PageKind } from './is-document.ts';
import { type LineAt, NO_LINE, type PageHead, SOMEWHERE } from './page-head.ts';
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

/** The header lines that the app gets, for a request that `id` serves. */
export function strippedLines(
	{ lines: given, affinity }: RequestHead,
	raw: readonly string[],
	page: PageHead,
	kind: PageKind,
	id: string,
): string {
	const { cookie, referer } = page;
	const ofCookie = cookie.includes(PAGE_COOKIE);
	const ofReferer = referer.includes(AFFINITY_QUERY);
	let lines = given;
	if (affinity !== '' || ofCookie || ofReferer) {
		const edits: Edit[] = [];
		if (affinity !== '') edits.push({ at: page.affinityAt, name: AFFINITY_HEADER, value: affinity, edit: dropped });
		if (ofCookie) edits.push({ at: page.cookieAt, name: 'cookie', value: cookie, edit: withoutPageCookie });
		if (ofReferer) edits.push({ at: page.refererAt, name: 'referer', value: referer, edit: withoutPin });
		// From the last to the first, so that where the others are stays true.
		if (edits.length > 1) edits.sort((a, b) => b.at - a.at);
		for (const one of edits) lines = edited(lines, raw, one);
	}
	if (kind === 'part') return page.conditional ? validatorsFor(lines, raw, id) : lines;
	// What is written into must come whole, and as something that can be written into (contract C1.7).
	for (const name of OF_PARTS) lines = editedLines(lines, raw, name, dropped);
	return editedLines(lines, raw, 'accept-encoding', decodable);
}

interface Edit {
	readonly at: LineAt;
	readonly name: string;
	/** Of the one line, where there is one. */
	readonly value: string;
	readonly edit: (value: string) => string;
}

function edited(lines: string, raw: readonly string[], { at, name, value, edit }: Edit): string {
	if (at === NO_LINE || at === SOMEWHERE) return editedLines(lines, raw, name, edit);
	const left = edit(value);
	if (left === value) return lines;
	const valueAt = at + name.length + 2;
	const end = valueAt + value.length;
	return left === '' ? lines.slice(0, at) + lines.slice(end + 2) : lines.slice(0, valueAt) + left + lines.slice(end);
}

function dropped(): string {
	return '';
}

const OF_PARTS = ['if-none-match', 'if-modified-since', 'if-range', 'range'];

function withoutPin(address: string): string {
	const mark = address.indexOf('?');
	if (mark === -1) return address;
	const query = queryWithout(address.slice(mark + 1), AFFINITY_QUERY);
	return query === '' ? address.slice(0, mark) : `${address.slice(0, mark)}?${query}`;
}
