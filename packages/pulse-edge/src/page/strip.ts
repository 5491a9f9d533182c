import { queryWithout } from '../decide/affinity.ts';
import type { RequestHead } from '../entry/request-head.ts';
import type { RequestTarget } from '../entry/request-target.ts';
import { AFFINITY_HEADER, AFFINITY_QUERY, PAGE_COOKIE } from '../protocol.ts';
import { withoutPageCookie } from './cookie.ts';
import { editedLines } from './header-lines.ts';
import type { PageKind } from './is-document.ts';
import type { PageHead } from './page-head.ts';
import { validatorsFor } from './validators.ts';

/** What is asked of the app: nothing of a pin is left in it, so that signatures and strict frameworks never see one (contract C1.3). */
export function strippedTarget(target: RequestTarget): RequestTarget {
	if (target.query === '' || !/pulse(?:_|%5f)deployment|%/i.test(target.query)) return target;
	const query = queryWithout(target.query, AFFINITY_QUERY);
	if (query === target.query) return target;
	return { ...target, query, forward: query === '' ? target.path : `${target.path}?${query}` };
}

/** The header lines that the app gets, for a request that `id` serves. */
export function strippedLines(
	{ lines: given, affinity }: RequestHead,
	raw: readonly string[],
	page: PageHead,
	kind: PageKind,
	id: string,
): string {
	let lines = given;
	if (affinity !== '') lines = editedLines(lines, raw, AFFINITY_HEADER, () => '');
	if (page.cookie.includes(PAGE_COOKIE)) lines = editedLines(lines, raw, 'cookie', withoutPageCookie);
	if (page.referer.includes(AFFINITY_QUERY)) lines = editedLines(lines, raw, 'referer', withoutPin);
	if (kind === 'part') return page.conditional ? validatorsFor(lines, raw, id) : lines;
	// What is written into must come plain and whole (contract C1.7).
	for (const name of OF_PARTS) lines = editedLines(lines, raw, name, () => '');
	return `${lines}Accept-Encoding: identity\r\n`;
}

const OF_PARTS = ['accept-encoding', 'if-none-match', 'if-modified-since', 'if-range', 'range'];

function withoutPin(address: string): string {
	const mark = address.indexOf('?');
	if (mark === -1) return address;
	const query = queryWithout(address.slice(mark + 1), AFFINITY_QUERY);
	return query === '' ? address.slice(0, mark) : `${address.slice(0, mark)}?${query}`;
}
