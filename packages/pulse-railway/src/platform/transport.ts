import type { Readable } from 'node:stream';
import { isThisMachine } from 'pulse-deploy-kit/proxy-variables';
import { errors, request } from 'undici';
import { PlatformError } from './error.ts';
import { type Outgoing, openOutgoing } from './outgoing.ts';

/** Milliseconds. */
export interface Timeouts {
	/** Default 30,000. */
	readonly connect: number;
	/** Of one whole exchange, or of one silence during an upload. Default 120,000: some writes take over a minute. */
	readonly total: number;
}

export const DEFAULT_TIMEOUTS: Timeouts = { connect: 30_000, total: 120_000 };

export interface ApiCall {
	readonly operation: string;
	readonly url: URL;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string | Readable;
	/** `idle`: the total limit starts anew with every byte, for bodies of unknown duration. */
	readonly limit?: 'total' | 'idle';
}

export interface ApiAnswer {
	readonly status: number;
	readonly retryAfter: string | null;
	readonly body: string;
}

/** One POST, once. Redirects are not followed: the request carries a token. */
export interface Transport {
	send(exchange: ApiCall, signal: AbortSignal): Promise<ApiAnswer>;
	close(): Promise<void>;
}

/** Failures before a connection stood: the request cannot have arrived. */
const NOT_SENT = new Set([
	'ECONNREFUSED',
	'ENOTFOUND',
	'EAI_AGAIN',
	'EHOSTUNREACH',
	'ENETUNREACH',
	'UND_ERR_CONNECT_TIMEOUT',
]);

/** @param outgoing of the session, closed with it; default: direct, and this transport's own */
export function openTransport(timeouts: Timeouts, outgoing?: Outgoing): Transport {
	const own = outgoing ?? openOutgoing({}, timeouts.connect);
	return {
		async send(exchange, signal) {
			signal.throwIfAborted();
			const deadline = exchange.limit === 'idle' ? undefined : AbortSignal.timeout(timeouts.total);
			try {
				const response = await request(exchange.url, {
					method: 'POST',
					dispatcher: own.dispatcher(exchange.url),
					headers: exchange.headers,
					body: exchange.body,
					headersTimeout: timeouts.total,
					bodyTimeout: timeouts.total,
					signal: deadline === undefined ? signal : AbortSignal.any([signal, deadline]),
				});
				const retryAfter = response.headers['retry-after'];
				return {
					status: response.statusCode,
					retryAfter: typeof retryAfter === 'string' ? retryAfter : null,
					body: await response.body.text(),
				};
			} catch (error) {
				if (signal.aborted) throw signal.reason;
				throw explain(exchange, error, deadline?.aborted === true, timeouts, own);
			}
		},
		close: async () => {
			if (outgoing === undefined) await own.close();
		},
	};
}

function explain(
	exchange: ApiCall,
	error: unknown,
	overdue: boolean,
	timeouts: Timeouts,
	{ proxied }: Outgoing,
): PlatformError {
	const refusal = refusalOf(error);
	const code = refusal ?? codeOf(error);
	const mayHaveHappened = refusal === null && !NOT_SENT.has(code);
	const details = { operation: exchange.operation, mayHaveHappened, cause: error };
	const place = `${exchange.url.origin}${proxied && !isThisMachine(exchange.url.host) ? ' by the proxy of HTTPS_PROXY' : ''}`;
	if (error instanceof errors.ConnectTimeoutError)
		return new PlatformError('timeout', `No connection to ${place} within ${timeouts.connect / 1000} s.`, details);
	if (overdue || error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError)
		return new PlatformError('timeout', `${place} did not answer within ${timeouts.total / 1000} s.`, details);
	const what = details.mayHaveHappened ? 'The connection was lost to' : 'Cannot reach';
	return new PlatformError('network', `${what} ${place} (${code}).`, details);
}

/** What a proxy says instead of letting a request through; `null` for anything else. */
function refusalOf(error: unknown): string | null {
	const status = error instanceof Error ? /^Proxy response \((\d+)\)/.exec(error.message)?.[1] : undefined;
	return status === undefined ? null : `it answers ${status}`;
}

function codeOf(error: unknown): string {
	if (error instanceof AggregateError) return codeOf(error.errors[0]);
	if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
	return error instanceof Error ? error.name : 'unknown';
}
