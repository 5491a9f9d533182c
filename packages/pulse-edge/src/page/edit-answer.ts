import { randomBytes } from 'node:crypto';
import type { AnswerEdits } from '../forward/forward-request.ts';
import { headerOf, listOf } from '../raw-headers.ts';
import type { ResponseHead } from '../upstream/parse-head.ts';
import { SESSION_IDLE_S, setPageCookie } from './cookie.ts';
import { admit } from './csp.ts';
import { carriesPin, isRedirect, isScript, PartEdits } from './edit-part.ts';
import { type Coding, codingOf } from './encoded/codings.ts';
import { injectedText } from './inject/injector.ts';
import { startOf } from './inject/script-start.ts';
import type { PinnedRequest, PinSource } from './pins.ts';
import { pinnedLocation } from './redirects.ts';
import { REPORT_PATH, tabScript, workerScript, workerVersion } from './tab-script.ts';
import { etagOf } from './validators.ts';

/** The answer to a document, a frame or a worker: what is known of its request when it comes. */
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
		this.markup = null;
		this.coding = null;
		return this.request.kind === 'part' ? this.#ofWorker(head, id) : this.#ofPage(head, id);
	}

	valueOf(_name: string, value: string): string {
		return value;
	}

	bodyOf(headers: string[], body: string): string {
		if (this.markup === null || this.coding !== null) return body;
		const page = this.request.kind === 'part' ? startOf(body, this.markup) + body : injectedText(body, this.markup);
		headers.push('content-length', String(page.length));
		return page;
	}

	/** A script gets what pins the worker in front; anything else is a part as any other. */
	#ofWorker(head: ResponseHead, id: string): string[] {
		const { status, headers: given } = head;
		const coding = codingOf(listOf(given, 'content-encoding'));
		const script = status === 200 && coding !== null && isScript(headerOf(given, 'content-type') ?? '');
		const part = new PartEdits(this.request, this.source);
		// It was asked for by the validators of such a script alone.
		part.headersOf(head, id, script || status === 304 ? workerVersion(id) : id);
		const headers: string[] = [];
		for (let i = 0; i < given.length; i += 2) {
			const name = given[i]!;
			if (!script || !OF_THE_LENGTH.has(name.toLowerCase())) headers.push(name, part.valueOf(name, given[i + 1]!));
		}
		this.varies = part.varies;
		if (script) {
			this.markup = workerScript();
			if (coding !== 'plain') this.coding = coding;
		}
		return headers;
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
			else if (lower === 'location' && isRedirect(status) && carriesPin(this.source, this.request))
				value = pinnedLocation(value, id, origin.hosts) ?? value;
			headers.push(given[i]!, value);
		}
		// A file that is saved leaves the page that is shown, and with it its version.
		if (kind === 'document' && (html || session))
			headers.push('set-cookie', setPageCookie(id, { secure: origin.secure, session }));
		if (!page) return headers;
		if (coding !== 'plain') {
			this.coding = coding;
			if (!/accept-encoding|\*/i.test(listOf(given, 'vary'))) headers.push('vary', 'Accept-Encoding');
		}
		// Another version may be the active one in a moment; and what the app forbids caches to keep stays forbidden.
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
