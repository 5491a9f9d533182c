import { AFFINITY_HEADER, AFFINITY_QUERY, NEXT_HEADER } from '../protocol.ts';
import { takePageCookie } from './cookie.ts';
import { withoutPin } from './redirects.ts';

/** What decides about a request to a container app, beyond what every request is asked; `''` for what it does not say. */
export interface PageHead {
	/** The header lines that the app gets: as they are forwarded to any, without the pins (contract C1.3). */
	lines: string;
	accept: string;
	/** The version that the cookies name. */
	pageCookie: string;
	/** Two of the name say different versions: then none counts. */
	cookiesDiffer: boolean;
	referer: string;
	/** The first of them may have a pin in it. */
	refererPinned: boolean;
	fetchDest: string;
	fetchMode: string;
	fetchSite: string;
	/** `Upgrade-Insecure-Requests`: only a browser that goes somewhere says it. */
	upgrades: boolean;
	/** A script's request, by its own word: htmx, jQuery. */
	byScript: boolean;
	/** Fetched for later, or drawn in the background. */
	early: boolean;
	/** Next's `x-deployment-id`. */
	nextDeployment: string;
	/** It asks whether what it has is still right. */
	conditional: boolean;
}

/** Takes a header's value, and returns what the app gets of it; `null` for no line at all. */
export type PageRead = (head: PageHead, value: string) => string | null;

const early: PageRead = (head, value) => {
	if (/prefetch|prerender|preview/i.test(value)) head.early = true;
	return value;
};
const byScript: PageRead = (head, value) => {
	head.byScript = true;
	return value;
};
const conditional: PageRead = (head, value) => {
	head.conditional = true;
	return value;
};

/** By lowercase name. Read in the pass that every request's headers get. */
export const PAGE_READS = new Map<string, PageRead>([
	[
		'accept',
		(head, value) => {
			head.accept ||= value;
			return value;
		},
	],
	['cookie', (head, value) => takePageCookie(head, value)],
	[
		'referer',
		(head, value) => {
			const pinned = value.includes(AFFINITY_QUERY);
			if (head.referer === '') head.refererPinned = pinned;
			head.referer ||= value;
			return pinned ? withoutPin(value) : value;
		},
	],
	[AFFINITY_HEADER, () => null],
	[
		'sec-fetch-dest',
		(head, value) => {
			head.fetchDest ||= value;
			return value;
		},
	],
	[
		'sec-fetch-mode',
		(head, value) => {
			head.fetchMode ||= value;
			return value;
		},
	],
	[
		'sec-fetch-site',
		(head, value) => {
			head.fetchSite ||= value;
			return value;
		},
	],
	[
		'upgrade-insecure-requests',
		(head, value) => {
			head.upgrades = value === '1';
			return value;
		},
	],
	['hx-request', byScript],
	['x-requested-with', byScript],
	['sec-purpose', early],
	['purpose', early],
	['x-purpose', early],
	['x-moz', early],
	[
		NEXT_HEADER,
		(head, value) => {
			head.nextDeployment ||= value;
			return value;
		},
	],
	['if-none-match', conditional],
	['if-modified-since', conditional],
	['if-range', conditional],
	['if-match', conditional],
]);

export function emptyPageHead(): PageHead {
	return {
		lines: '',
		accept: '',
		pageCookie: '',
		cookiesDiffer: false,
		referer: '',
		refererPinned: false,
		fetchDest: '',
		fetchMode: '',
		fetchSite: '',
		upgrades: false,
		byScript: false,
		early: false,
		nextDeployment: '',
		conditional: false,
	};
}
