/**
 * Everything that can go wrong between a client and a backend, and what the client is told. The one place that decides
 * it; `answer.ts` is the one place that writes it.
 */
export type FailureCause = keyof typeof FAILURES;

export interface Failure {
	readonly status: number;
	readonly detail: string;
	readonly level: 'debug' | 'info' | 'warn' | 'error';
	/** Seconds. */
	readonly retryAfter?: number;
}

export const FAILURES = {
	'no-active': { status: 503, detail: 'no active deployment', level: 'warn', retryAfter: 5 },
	'no-snapshot': { status: 503, detail: 'routing state unavailable', level: 'error', retryAfter: 2 },
	'not-found': { status: 404, detail: 'deployment not found', level: 'info' },
	'internal-path': { status: 404, detail: 'not found', level: 'info' },
	'method-not-allowed': { status: 405, detail: 'method not allowed', level: 'info' },
	'bad-request': { status: 400, detail: 'bad request', level: 'info' },
	'unknown-transfer-coding': { status: 501, detail: 'unknown transfer coding', level: 'info' },
	'request-timeout': { status: 408, detail: 'request timeout', level: 'info' },
	'headers-too-large': { status: 431, detail: 'request headers too large', level: 'info' },
	'connection-limit': { status: 503, detail: 'router connection limit reached', level: 'error', retryAfter: 1 },
	'draining-away': { status: 503, detail: 'router is shutting down', level: 'warn', retryAfter: 1 },
	'out-of-descriptors': {
		status: 503,
		detail: 'router is out of file descriptors or ports',
		level: 'error',
		retryAfter: 1,
	},
	/** As a deployment that is gone, to the pages whose sessions it held (contract R2.22). */
	'replica-gone': { status: 409, detail: 'stale affinity', level: 'info' },
	unresolved: { status: 502, detail: 'deployment unreachable', level: 'error' },
	unreachable: { status: 502, detail: 'deployment unreachable', level: 'error' },
	'connect-timeout': { status: 504, detail: 'deployment did not accept the connection in time', level: 'error' },
	'response-timeout': { status: 504, detail: 'deployment did not answer in time', level: 'error' },
	'closed-early': { status: 502, detail: 'deployment closed the connection', level: 'error' },
	'bad-response': { status: 502, detail: 'deployment sent an invalid response', level: 'error' },
	'router-defect': { status: 500, detail: 'router error', level: 'error' },
	/** Logged, never sent: its client is gone. */
	'client-gone': { status: 499, detail: 'client closed the connection', level: 'debug' },
} as const satisfies Record<string, Failure>;

/** The version's own: neither its clients' nor this edge's. */
export const causesOfVersion = [
	'unresolved',
	'unreachable',
	'connect-timeout',
	'response-timeout',
	'closed-early',
	'bad-response',
] as const satisfies readonly FailureCause[];

const OF_THE_VERSION: ReadonlySet<FailureCause> = new Set(causesOfVersion);

export function isOfVersion(cause: FailureCause): boolean {
	return OF_THE_VERSION.has(cause);
}

export function failureOf(cause: FailureCause): Failure {
	return FAILURES[cause];
}
