import { AFFINITY_HEADER, NEXT_HEADER } from '../protocol.ts';

/** What decides about a request to a container app, beyond what every request is asked; `''` for what it does not say. */
export interface PageHead {
	accept: string;
	cookie: string;
	referer: string;
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
	/** Where their lines begin among the header lines that are forwarded: see {@link LineAt}. */
	affinityAt: LineAt;
	cookieAt: LineAt;
	refererAt: LineAt;
}

/** An index, `NO_LINE`, or `SOMEWHERE` for lines that have to be looked for. */
export type LineAt = number;
export const NO_LINE: LineAt = -1;
export const SOMEWHERE: LineAt = -2;

/** Takes a header's value; `at`: where its line begins. */
export type PageRead = (head: PageHead, value: string, at: number) => void;

const early: PageRead = (head, value) => {
	if (/prefetch|prerender|preview/i.test(value)) head.early = true;
};
const byScript: PageRead = (head) => {
	head.byScript = true;
};
const conditional: PageRead = (head) => {
	head.conditional = true;
};

/** By lowercase name. Read in the pass that every request's headers get. */
export const PAGE_READS = new Map<string, PageRead>([
	[
		'accept',
		(head, value) => {
			head.accept ||= value;
		},
	],
	[
		'cookie',
		(head, value, at) => {
			head.cookie = head.cookie === '' ? value : `${head.cookie}; ${value}`;
			head.cookieAt = head.cookieAt === NO_LINE ? at : SOMEWHERE;
		},
	],
	[
		'referer',
		(head, value, at) => {
			head.referer ||= value;
			head.refererAt = head.refererAt === NO_LINE ? at : SOMEWHERE;
		},
	],
	[
		AFFINITY_HEADER,
		(head, _value, at) => {
			head.affinityAt = head.affinityAt === NO_LINE ? at : SOMEWHERE;
		},
	],
	[
		'sec-fetch-dest',
		(head, value) => {
			head.fetchDest ||= value;
		},
	],
	[
		'sec-fetch-mode',
		(head, value) => {
			head.fetchMode ||= value;
		},
	],
	[
		'sec-fetch-site',
		(head, value) => {
			head.fetchSite ||= value;
		},
	],
	[
		'upgrade-insecure-requests',
		(head, value) => {
			head.upgrades = value === '1';
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
		},
	],
	['if-none-match', conditional],
	['if-modified-since', conditional],
	['if-range', conditional],
	['if-match', conditional],
]);

export function emptyPageHead(): PageHead {
	return {
		accept: '',
		cookie: '',
		referer: '',
		fetchDest: '',
		fetchMode: '',
		fetchSite: '',
		upgrades: false,
		byScript: false,
		early: false,
		nextDeployment: '',
		conditional: false,
		affinityAt: NO_LINE,
		cookieAt: NO_LINE,
		refererAt: NO_LINE,
	};
}
