import { randomBytes } from 'node:crypto';
import { queryValue } from '../decide/affinity.ts';
import type { AnswerEdits } from '../forward/forward-request.ts';
import { NEXT_HEADER, NEXT_QUERY } from '../protocol.ts';
import { headerOf, listOf } from '../raw-headers.ts';
import type { ResponseHead } from '../upstream/parse-head.ts';
import { SESSION_IDLE_S, setPageCookie } from './cookie.ts';
import { admit } from './csp.ts';
import { type Coding, codingOf } from './encoded/codings.ts';
import { injectedText } from './inject/injector.ts';
import { startOf } from './inject/script-start.ts';
import type { PinnedRequest, PinSource } from './pins.ts';
import { pinnedLocation } from './redirects.ts';
import { REPORT_PATH, tabScript, workerScript } from './tab-script.ts';
import { etagOf } from './validators.ts';

/** What is known of a request when its answer comes. */
export class AnswerPlan implements AnswerEdits {
	readonly request: PinnedRequest;
	readonly source: PinSource;
	/** What the page gets first of all, once its headers are known; `null` for what is no page. */
	markup: string | null = null;
	/** How the page is encoded; `null` for plain. */
	coding: Coding | null = null;
	varies = '';

	constructor(request: PinnedRequest, source: PinSource) {
		this.request = request;
		this.source = source;
	}

	headersOf(head: ResponseHead, id: string): string[] {
		const { kind, worker } = this.request;
		if (kind !== 'part') return this.#ofPage(head, id);
		return worker ? this.#ofWorker(head, id) : this.#ofPart(head, id);
	}

	bodyOf(headers: string[], body: string): string {
		if (this.markup === null || this.coding !== null) return body;
		const page = this.request.kind === 'part' ? startOf(body, this.markup) + body : injectedText(body, this.markup);
		headers.push('content-length', String(page.length));
		return page;
	}

	/** By far the most, and hardly changed. */
	#ofPart({ status, headers: given }: ResponseHead, id: string): string[] {
		const redirects = isRedirect(status) && carriesPin(this);
		this.varies = variesBy(this, id);
		let headers = given;
		let immutable = false;
		for (let i = 0; i < given.length; i += 2) {
			const name = given[i]!;
			const value = given[i + 1]!;
			let edited = value;
			if (name.length === 4 && isE(name) && name.toLowerCase() === 'etag') edited = etagOf(value, id);
			// A page that a script has asked for lacks what a document has: no browser may show the one for the other.
			else if (name.length === 12 && value.startsWith('text/html') && name.toLowerCase() === 'content-type')
				this.#variesBy('Sec-Fetch-Dest');
			else if (redirects && name.length === 8 && name.toLowerCase() === 'location')
				edited = pinnedLocation(value, id, this.request.origin.hosts) ?? value;
			else if (name.length === 13 && name.toLowerCase() === 'cache-control' && isImmutable(value)) immutable = true;
			if (edited === value) continue;
			if (headers === given) headers = given.slice();
			headers[i + 1] = edited;
		}
		if (immutable) this.varies = '';
		return headers;
	}

	#variesBy(name: string): void {
		this.varies = this.varies === '' ? name : `${this.varies}, ${name}`;
	}

	/** Its script gets what pins the worker in front, where it is a script. */
	#ofWorker(head: ResponseHead, id: string): string[] {
		const given = this.#ofPart(head, id);
		this.markup = null;
		this.coding = null;
		const coding = codingOf(listOf(given, 'content-encoding'));
		const type = headerOf(given, 'content-type') ?? '';
		// In UTF-16 these bytes would be other characters.
		const script = /^\s*(?:text|application)\/(?:x-)?(?:java|ecma)script\b(?!.*utf-?(?:16|32))/i.test(type);
		if (head.status !== 200 || coding === null || !script) return given;
		this.markup = workerScript();
		if (coding !== 'plain') this.coding = coding;
		return given.flatMap((name, i) =>
			i % 2 === 1 || OF_THE_LENGTH.has(name.toLowerCase()) ? [] : [name, given[i + 1]!],
		);
	}

	/** To a document or a frame. */
	#ofPage({ status, headers: given }: ResponseHead, id: string): string[] {
		const { kind, session, origin } = this.request;
		const html = isHtml(status, given);
		const coding = html ? codingOf(listOf(given, 'content-encoding')) : null;
		const page = coding !== null;
		const headers: string[] = [];
		for (let i = 0; i < given.length; i += 2) {
			const lower = given[i]!.toLowerCase();
			let value = given[i + 1]!;
			if (page && OF_THE_BYTES.has(lower)) continue;
			if (lower === 'etag') value = etagOf(value, id);
			else if (lower === 'location' && isRedirect(status) && carriesPin(this))
				value = pinnedLocation(value, id, origin.hosts) ?? value;
			headers.push(given[i]!, value);
		}
		// A file that is saved leaves the page that is shown, and with it its version.
		if (kind === 'document' && (html || session))
			headers.push('set-cookie', setPageCookie(id, { secure: origin.secure, session }));
		this.markup = null;
		this.coding = null;
		if (!page) return headers;
		if (coding !== 'plain') {
			this.coding = coding;
			if (!/accept-encoding|\*/i.test(listOf(given, 'vary'))) headers.push('vary', 'Accept-Encoding');
		}
		// Another version may be the active one in a moment; and a page that nobody may keep is still one that nobody may keep.
		const kept = listOf(given, 'cache-control').match(/no-store|no-transform/gi) ?? [];
		headers.push('cache-control', ['private, no-cache', ...kept].join(', '));
		this.markup = tabScript().tag(id, admitted(this, headers), session ? SESSION_IDLE_S : null);
		return headers;
	}
}

/** Policies are changed in place; returns the nonce that the script needs, `''` for none. */
function admitted(plan: AnswerPlan, headers: string[]): string {
	const places: number[] = [];
	const enforced: string[] = [];
	for (let i = 0; i < headers.length; i += 2) {
		if (!POLICY.test(headers[i]!)) continue;
		places.push(i + 1);
		if (headers[i]!.length === ENFORCED.length) enforced.push(headers[i + 1]!);
	}
	const [host = ''] = plan.request.origin.hosts;
	// It is the client's word, and nothing but a name may get into a policy.
	if (places.length === 0 || !/^[a-z0-9.:[\]_-]+$/.test(host)) return '';
	const { policies, nonce } = admit(
		places.map((place) => headers[place]!),
		{ script: host + tabScript().path, reports: host + REPORT_PATH, nonce: () => randomBytes(16).toString('base64') },
		enforced,
	);
	places.forEach((place, index) => {
		headers[place] = policies[index]!;
	});
	return nonce;
}

const ENFORCED = 'content-security-policy';
const POLICY = /^content-security-policy(?:-report-only)?$/i;
/** They speak of bytes that change. */
const OF_THE_LENGTH = new Set([
	'content-length',
	'accept-ranges',
	'content-md5',
	'digest',
	'repr-digest',
	'content-digest',
]);
const OF_THE_BYTES = new Set([...OF_THE_LENGTH, 'etag', 'last-modified', 'cache-control', 'expires']);

function isHtml(status: number, headers: readonly string[]): boolean {
	if (status === 204 || status === 205 || status === 206 || status === 304 || isRedirect(status)) return false;
	const type = headerOf(headers, 'content-type') ?? '';
	if (!/^\s*text\/html\s*(?:;|$)/i.test(type) || /charset\s*=\s*["']?\s*utf-?(?:16|32)/i.test(type)) return false;
	return !/^\s*attachment/i.test(headerOf(headers, 'content-disposition') ?? '');
}

/** Other names of that length are on every answer. */
function isE(name: string): boolean {
	return (name.charCodeAt(0) | 0x20) === 0x65;
}

let lastCaching = '';
let lastImmutable = false;

/** Remembers the last answer: an app says a handful of things. */
function isImmutable(cacheControl: string): boolean {
	if (cacheControl !== lastCaching) {
		lastCaching = cacheControl;
		lastImmutable = /immutable/i.test(cacheControl);
	}
	return lastImmutable;
}

function isRedirect(status: number): boolean {
	return status > 300 && status < 309 && status !== 304;
}

/** A redirect is followed without what the request said, but for a header; what a cookie said is said again, of documents only by a form. */
function carriesPin({ source, request: { kind, method } }: AnswerPlan): boolean {
	if (source === 'cookie') return kind === 'document' && method === 'POST';
	return source === 'query' || source === 'next' || source === 'referer';
}

/** What of the request lets another version answer at the same address; `''` for nothing. The router says it of its own header. */
function variesBy({ source, request: { query } }: AnswerPlan, id: string): string {
	if (source === 'cookie' || source === 'none') return 'Cookie';
	if (source === 'referer') return 'Cookie, Referer';
	// What it names in the address may be unknown: then its header did.
	return source === 'next' && queryValue(query, NEXT_QUERY) !== id ? NEXT_HEADER : '';
}
