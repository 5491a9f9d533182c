import { CLAIMS, type ForwardedHeaders, type Front, isClaim } from '../forward/forwarded.ts';
import { droppedBy } from '../forward/hop-by-hop.ts';
import { emptyPageHead, PAGE_READS, type PageHead, type PageRead } from '../page/page-head.ts';
import { AFFINITY_HEADER, CLIENT_LOADER_HEADER, CLIENT_LOADER_LOCATION_HEADER } from '../protocol.ts';
import type { FailureCause } from '../report/failures.ts';
import { Spellings } from './spellings.ts';

/** A client's headers, read once: what is forwarded as it is, and what the router itself has to know. */
export interface RequestHead {
	/** Header lines to forward, each ending in CRLF. No framing, no `Host`, no forwarding headers. */
	lines: string;
	host: string;
	hosts: number;
	affinity: string;
	/** The header alone said which deployment: another answer stands under the same address for a client that does not send it. */
	pinnedByHeader: boolean;
	origin: string;
	requestId: string;
	railwayRequestId: string;
	/** `-1` without a Content-Length. */
	contentLength: number;
	chunked: boolean;
	/** As it was given: the app may know more than 100-continue. */
	expectation: string;
	expectsContinue: boolean;
	acceptsTrailers: boolean;
	fetchDest: string;
	clientLoader: string;
	clientLoaderLocation: string;
	corsMethod: string;
	corsHeaders: string;
	forwarded: ForwardedHeaders;
	/** `null` where it was not asked for. */
	page: PageHead | null;
	/** Why this head must not reach a backend. */
	refused: FailureCause | null;
}

type Take = (head: RequestHead, value: string) => void;

/** Headers that are not simply copied. `null` drops; a function reads, and copies too when it is in COPIED. */
const TAKEN = new Map<string, Take>([
	...CLAIMS.map((name): [string, Take] => [name, () => {}]),
	[
		'host',
		(head, value) => {
			if (head.hosts++ > 0 || !HOST.test(value)) head.refused = 'bad-request';
			head.host = value;
		},
	],
	[
		'content-length',
		(head, value) => {
			if (head.contentLength !== -1 || !/^0*\d{1,15}$/.test(value)) head.refused = 'bad-request';
			head.contentLength = Number(value);
		},
	],
	[
		'transfer-encoding',
		(head, value) => {
			if (head.chunked) head.refused = 'bad-request';
			else if (value.toLowerCase() !== 'chunked') head.refused = 'unknown-transfer-coding';
			head.chunked = true;
		},
	],
	[
		'expect',
		(head, value) => {
			head.expectation = head.expectation === '' ? value : `${head.expectation}, ${value}`;
			head.expectsContinue = CONTINUE.test(head.expectation);
		},
	],
	[
		'te',
		(head, value) => {
			if (/(?:^|[,\s])trailers(?:$|[,;\s])/i.test(value)) head.acceptsTrailers = true;
		},
	],
	['connection', () => {}],
	['keep-alive', () => {}],
	['proxy-authenticate', () => {}],
	['proxy-authorization', () => {}],
	['proxy-connection', () => {}],
	['trailers', () => {}],
	['upgrade', () => {}],
	['http2-settings', () => {}],
	[
		'x-forwarded-for',
		(head, value) => {
			head.forwarded.for = head.forwarded.for === '' ? value : `${head.forwarded.for}, ${value}`;
		},
	],
	[
		'x-forwarded-proto',
		(head, value) => {
			head.forwarded.proto ||= value;
		},
	],
	[
		'x-forwarded-host',
		(head, value) => {
			head.forwarded.host ||= value;
		},
	],
	[
		'x-forwarded-port',
		(head, value) => {
			head.forwarded.port ||= value;
		},
	],
	[
		'x-real-ip',
		(head, value) => {
			head.forwarded.realIp ||= value;
		},
	],
]);

const READ = new Map<string, Take>([
	[
		AFFINITY_HEADER,
		(head, value) => {
			head.affinity ||= value;
		},
	],
	[
		'origin',
		(head, value) => {
			head.origin ||= value;
		},
	],
	[
		'x-request-id',
		(head, value) => {
			head.requestId ||= value;
		},
	],
	[
		'x-railway-request-id',
		(head, value) => {
			head.railwayRequestId ||= value;
		},
	],
	[
		'sec-fetch-dest',
		(head, value) => {
			head.fetchDest ||= value;
		},
	],
	[
		CLIENT_LOADER_HEADER,
		(head, value) => {
			head.clientLoader ||= value;
		},
	],
	[
		CLIENT_LOADER_LOCATION_HEADER,
		(head, value) => {
			head.clientLoaderLocation ||= value;
		},
	],
	[
		'access-control-request-method',
		(head, value) => {
			head.corsMethod ||= value;
		},
	],
	[
		'access-control-request-headers',
		(head, value) => {
			head.corsHeaders ||= value;
		},
	],
]);

/** No separators of userinfo, path or list: what one backend takes for the host must be what every backend takes for it. */
const HOST = /^[^\s/\\@,?#]*$/;

const CONTINUE = /(?:^|[\s,])100-continue(?:$|[\s,])/i;

interface Treatment {
	readonly take: Take | null;
	readonly copied: boolean;
	/** Of what a container app's request is asked beside. */
	readonly page: PageRead | null;
}

const TREATMENTS = new Spellings<Treatment>((lower) => {
	const take = TAKEN.get(lower);
	const page = PAGE_READS.get(lower) ?? null;
	if (take !== undefined) return { take, copied: false, page };
	return { take: READ.get(lower) ?? null, copied: !isClaim(lower), page };
});

/** Reads a client's raw headers once. `ofPage`: it may be a request to a container app. */
export function readRequestHead(raw: readonly string[], ofPage: boolean, front: Front = 'names-client'): RequestHead {
	const page = ofPage ? emptyPageHead() : null;
	const head: RequestHead = {
		lines: '',
		host: '',
		hosts: 0,
		affinity: '',
		pinnedByHeader: false,
		origin: '',
		requestId: '',
		railwayRequestId: '',
		contentLength: -1,
		chunked: false,
		expectation: '',
		expectsContinue: false,
		acceptsTrailers: false,
		fetchDest: '',
		clientLoader: '',
		clientLoaderLocation: '',
		corsMethod: '',
		corsHeaders: '',
		forwarded: { front, for: '', proto: '', host: '', port: '', realIp: '' },
		page,
		refused: null,
	};
	const dropped = droppedBy(raw);
	let lines = '';
	// What a container app gets, from the first line on in which that differs: to cut it out of the text later costs more.
	let ofApp: string | null = null;
	for (let i = 0; i < raw.length; i += 2) {
		const name = raw[i]!;
		const value = raw[i + 1]!;
		const { take, copied, page: readOfPage } = TREATMENTS.of(name);
		if (take !== null) take(head, value);
		const left = page !== null && readOfPage !== null ? readOfPage(page, value) : value;
		if (!copied || dropped?.has(name.toLowerCase())) continue;
		const line = `${name}: ${value}\r\n`;
		if (left !== value) ofApp ??= lines;
		if (ofApp !== null) ofApp += left === value ? line : left === null ? '' : `${name}: ${left}\r\n`;
		lines += line;
	}
	if (head.chunked && head.contentLength !== -1) head.refused = 'bad-request';
	head.lines = lines;
	if (page !== null) page.lines = ofApp ?? lines;
	return head;
}

/** What a container app's request is asked beside: a table may learn of such an app while the request waits. */
export function pageHeadOf(head: RequestHead, raw: readonly string[]): PageHead {
	head.page ??= readRequestHead(raw, true).page!;
	return head.page;
}
