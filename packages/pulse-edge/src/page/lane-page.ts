import type { AnswerEdits } from '../forward/forward-request.ts';
import { CANARY_COOKIE } from '../protocol.ts';
import { listOf } from '../raw-headers.ts';
import type { ResponseHead } from '../upstream/parse-head.ts';

/** A rollout takes days at most; what is left of it counts for nothing. Seconds. */
const COOKIE_S = 7 * 86_400;

/**
 * A new page while a canary runs: it says to its browser which version its next ones get, and to caches that another
 * visitor may get another page at this address. `inner`: what is edited in it besides.
 */
export class LanePage implements AnswerEdits {
	readonly #inner: AnswerEdits | null;
	readonly #cookie: string | null;

	/** `cookie`: the line to set; `null` where the browser has it. */
	constructor(inner: AnswerEdits | null, cookie: string | null) {
		this.#inner = inner;
		this.#cookie = cookie;
	}

	get varies(): string {
		return this.#inner?.varies || 'Cookie';
	}

	headersOf(head: ResponseHead, id: string): string[] {
		const given = this.#inner?.headersOf(head, id) ?? head.headers;
		const headers: string[] = [];
		for (let i = 0; i < given.length; i += 2) {
			if (!isCaching(given[i]!)) headers.push(given[i]!, given[i + 1]!);
		}
		const kept = listOf(given, 'cache-control').match(/no-store|no-transform/gi) ?? [];
		headers.push('cache-control', ['private, no-cache', ...kept].join(', '));
		if (this.#cookie !== null) headers.push('set-cookie', this.#cookie);
		return headers;
	}

	valueOf(name: string, value: string): string {
		return this.#inner?.valueOf(name, value) ?? value;
	}

	bodyOf(headers: string[], body: string): string {
		return this.#inner?.bodyOf(headers, body) ?? body;
	}
}

/** Of a header by which caches go. */
export function isCaching(name: string): boolean {
	return CACHING.test(name);
}

/** Also what speaks to one kind of cache, and comes before `Cache-Control` there (RFC 9213). */
const CACHING = /^(?:cache-control|expires|surrogate-control|x-accel-expires|(?:[\w-]+-)?cdn-cache-control)$/i;

/** `HttpOnly`: no code but this edge's needs it. */
export function canaryCookie(value: string, secure: boolean): string {
	return `${CANARY_COOKIE}=${value}; Path=/; Max-Age=${COOKIE_S}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
}
