import { queryValue } from '../decide/affinity.ts';
import type { AnswerEdits } from '../forward/forward-request.ts';
import { NEXT_HEADER, NEXT_QUERY } from '../protocol.ts';
import type { ResponseHead } from '../upstream/parse-head.ts';
import type { PinnedRequest, PinSource } from './pins.ts';
import { pinnedLocation } from './redirects.ts';
import { etagOf } from './validators.ts';

/**
 * The answer to a part of a page: by far the most, and hardly changed. Its headers are asked for one by one while they are
 * written, so that nothing is copied and nothing gone through twice.
 */
export class PartEdits implements AnswerEdits {
	readonly #request: PinnedRequest;
	readonly #source: PinSource;
	#id = '';
	#tagged = '';
	#redirects = false;
	#immutable = false;
	#byDestination = false;

	constructor(request: PinnedRequest, source: PinSource) {
		this.#request = request;
		this.#source = source;
	}

	/** `tagged`: what its validators name, where that is more than the version. */
	headersOf({ status, headers }: ResponseHead, id: string, tagged = id): string[] {
		this.#id = id;
		this.#tagged = tagged;
		this.#redirects = isRedirect(status) && carriesPin(this.#source, this.#request);
		this.#immutable = false;
		this.#byDestination = this.#request.worker === true;
		return headers;
	}

	/** By the length of the name first: most are ruled out by it, on every response. */
	valueOf(name: string, value: string): string {
		switch (name.length) {
			case 4:
				return isE(name) && name.toLowerCase() === 'etag' ? etagOf(value, this.#tagged) : value;
			case 8:
				if (!this.#redirects || name.toLowerCase() !== 'location') return value;
				return pinnedLocation(value, this.#id, this.#request.origin.hosts) ?? value;
			case 12:
				if ((isHtml(value) || (this.#source === 'query' && isScript(value))) && name.toLowerCase() === 'content-type')
					this.#byDestination = true;
				return value;
			case 13:
				if (isImmutable(value) && name.toLowerCase() === 'cache-control') this.#immutable = true;
				return value;
			default:
				return value;
		}
	}

	get varies(): string {
		const varies = this.#immutable ? '' : variesBy(this.#source, this.#request, this.#id);
		if (!this.#byDestination) return varies;
		return varies === '' ? DESTINATION : `${varies}, ${DESTINATION}`;
	}

	bodyOf(_headers: string[], body: string): string {
		return body;
	}
}

/** As browsers take it for the script of a worker, whose bytes are always UTF-8; what says that it is something else is left alone. */
const SCRIPT = /^\s*(?:text|application)\/(?:x-)?(?:java|ecma)script\b(?!.*utf-?(?:16|32))/i;
const DESTINATION = 'Sec-Fetch-Dest';

export const isScript = remembering((type) => SCRIPT.test(type));
/** A page that a script has asked for lacks what a document has: no browser may show the one for the other. */
const isHtml = remembering((type) => /^\s*text\/html/i.test(type));
const isImmutable = remembering((caching) => /immutable/i.test(caching));

/** Remembers the last answer: an app says a handful of things. */
function remembering(judge: (value: string) => boolean): (value: string) => boolean {
	let last = '';
	let judged = judge(last);
	return (value) => {
		if (value !== last) {
			last = value;
			judged = judge(value);
		}
		return judged;
	};
}

/** Other names of that length are on every answer. */
function isE(name: string): boolean {
	return (name.charCodeAt(0) | 0x20) === 0x65;
}

export function isRedirect(status: number): boolean {
	return status > 300 && status < 309 && status !== 304;
}

/** A redirect is followed without what the request said, but for a header; what a cookie said is said again, of documents only by a form. */
export function carriesPin(source: PinSource, { kind, method }: PinnedRequest): boolean {
	if (source === 'cookie') return kind === 'document' && method === 'POST';
	return source === 'query' || source === 'next' || source === 'referer';
}

/** What of the request lets another version answer at the same address; `''` for nothing. The router says it of its own header. */
function variesBy(source: PinSource, { query }: PinnedRequest, id: string): string {
	if (source === 'cookie' || source === 'none') return 'Cookie';
	if (source === 'referer') return 'Cookie, Referer';
	// What it names in the address may be unknown: then its header did.
	return source === 'next' && queryValue(query, NEXT_QUERY) !== id ? NEXT_HEADER : '';
}
