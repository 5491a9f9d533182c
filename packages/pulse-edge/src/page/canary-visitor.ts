import { again, type CanaryTraffic, newVisitor, readVisitor, type Visitor, visitorText } from '../decide/canary.ts';
import type { RequestHead } from '../entry/request-head.ts';
import { clientAddress } from '../forward/forwarded.ts';
import { CANARY_COOKIE } from '../protocol.ts';
import { headerOf } from '../raw-headers.ts';
import { kindOf } from './is-document.ts';
import type { PageHead } from './page-head.ts';

export interface CanaryVisit {
	readonly visitor: Visitor;
	/** It is a new page, which says what to keep. */
	readonly opensPage: boolean;
	/** The cookie's value from now on; `null` where it has not changed. */
	readonly written: string | null;
}

export interface Asked {
	readonly method: string;
	readonly rawHeaders: readonly string[];
	/** Who spoke to this edge. */
	readonly peer: string;
	/** It names a version itself. */
	readonly isPinned: boolean;
	readonly head: RequestHead;
	readonly page: PageHead;
}

/**
 * Who asks, for the canary: known by cookie, or drawn with a new page (contract R2.21). `null` for everybody else: a program,
 * or a page from before the canary, gets the active version as ever.
 */
export function canaryVisit(canary: CanaryTraffic, asked: Asked, now: number): CanaryVisit | null {
	const { method, rawHeaders, isPinned, page } = asked;
	const known = knownVisitor(canary, rawHeaders, now);
	const opensPage = !isPinned && method === 'GET' && kindOf(page) === 'document';
	if (!opensPage) return known === null ? null : { visitor: known, opensPage, written: null };
	// What only draws a page in advance keeps nothing, or would decide for the visitor.
	if (page.early) return known === null ? null : { visitor: again(known, canary, now), opensPage, written: null };
	const visitor = known === null ? newVisitor(canary, seedOf(asked, now), now) : again(known, canary, now);
	const isAsBefore = known !== null && known.minute === visitor.minute && known.share === visitor.share;
	return { visitor, opensPage, written: isAsBefore ? null : visitorText(canary, visitor) };
}

/** Tabs that a browser opens at once, before any has its cookie, are drawn alike; two people of one office a while apart are not. */
const AT_ONCE_MS = 10_000;

function seedOf({ head, rawHeaders, peer }: Asked, now: number): string {
	const browser = headerOf(rawHeaders, 'user-agent') ?? '';
	return `${clientAddress(head.forwarded, peer)} ${Math.floor(now / AT_ONCE_MS)} ${browser.slice(0, 200)}`;
}

/** By cookie. The first of this rollout: a sibling domain may have set another one. */
export function knownVisitor(canary: CanaryTraffic, raw: readonly string[], now: number): Visitor | null {
	for (let i = 0; i < raw.length; i += 2) {
		if (raw[i]!.length !== 6 || raw[i]!.toLowerCase() !== 'cookie' || !raw[i + 1]!.includes(CANARY_COOKIE)) continue;
		for (const pair of raw[i + 1]!.split(';')) {
			const [name = '', value = ''] = pair.split('=', 2);
			const visitor = name.trim() === CANARY_COOKIE ? readVisitor(canary, value.trim(), now) : null;
			if (visitor !== null) return visitor;
		}
	}
	return null;
}
