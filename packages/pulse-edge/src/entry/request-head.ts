import type { ForwardedHeaders, Front } from '../forward/forwarded.ts';
import { droppedBy } from '../forward/hop-by-hop.ts';
import { emptyPageHead, type PageHead } from '../page/page-head.ts';
import type { FailureCause } from '../report/failures.ts';
import { TREATMENTS } from './header-treatments.ts';

/** A client's headers, read once: what is forwarded as it is, and what the router itself has to know. */
export interface RequestHead {
	/** Header lines to forward, each ending in CRLF. No framing, no `Host`, no forwarding headers. */
	lines: string;
	host: string;
	hosts: number;
	affinity: string;
	/** What it calls the replica that it is for. */
	replica: string;
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

/** Reads a client's raw headers once. `ofPage`: it may be a request to a container app. */
export function readRequestHead(raw: readonly string[], ofPage: boolean, front: Front = 'names-client'): RequestHead {
	const page = ofPage ? emptyPageHead() : null;
	const head: RequestHead = {
		lines: '',
		host: '',
		hosts: 0,
		affinity: '',
		replica: '',
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
