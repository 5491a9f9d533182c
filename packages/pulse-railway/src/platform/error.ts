import { DeployToolError, type Fault } from 'pulse-deploy-kit/errors';
import type { PlatformErrorKind } from './port.ts';

export interface PlatformErrorDetails {
	/** What was being done, e.g. `serviceCreate`. */
	readonly operation: string;
	/**
	 * False only when Railway surely did not act: never sent, refused by a limit, or malformed. True as soon as any one of
	 * several attempts may have been carried out.
	 */
	readonly mayHaveHappened: boolean;
	/** How long the answer asked us to wait, milliseconds. */
	readonly retryAfterMs?: number;
	readonly detail?: string;
	readonly next?: string;
	readonly cause?: unknown;
}

const FAULT: Readonly<Record<PlatformErrorKind, Fault>> = {
	unauthorized: 'user',
	'not-found': 'user',
	conflict: 'user',
	rejected: 'user',
	'rate-limited': 'platform',
	unavailable: 'platform',
	timeout: 'platform',
	network: 'platform',
};

const NEXT: Readonly<Record<PlatformErrorKind, string>> = {
	unauthorized:
		'Check that the token is valid and may do this: a project token sees one environment, RAILWAY_API_TOKEN takes an account or workspace token.',
	'not-found':
		'Check the project, environment and service (flags, or RAILWAY_PROJECT_ID and RAILWAY_ENVIRONMENT_ID), then run the command again.',
	conflict: 'Run `pulse-railway status` to see what exists.',
	rejected: 'Correct the input and run the command again.',
	'rate-limited': 'Wait a moment, then run the command again.',
	unavailable: 'See https://status.railway.com, or the disk and log of a local platform, then run the command again.',
	timeout: 'Run the command again; it picks up what was done.',
	network: 'Check the network and PULSE_RAILWAY_API_URL (is a local platform up?), then run the command again.',
};

/** A failure of Railway or on the way to it. Decide by `kind`, never by the message. */
export class PlatformError extends DeployToolError {
	readonly kind: PlatformErrorKind;
	readonly operation: string;
	readonly mayHaveHappened: boolean;
	readonly retryAfterMs: number | undefined;

	constructor(kind: PlatformErrorKind, message: string, details: PlatformErrorDetails) {
		super(`platform-${kind}`, message, {
			fault: FAULT[kind],
			next: details.next ?? NEXT[kind],
			...(details.detail === undefined ? {} : { detail: details.detail }),
			...(details.cause === undefined ? {} : { cause: details.cause }),
		});
		this.name = 'PlatformError';
		this.kind = kind;
		this.operation = details.operation;
		this.mayHaveHappened = details.mayHaveHappened;
		this.retryAfterMs = details.retryAfterMs;
	}
}

/** The error to end with when an earlier attempt of the same request may have been carried out. */
export function afterUnclearAttempt(error: PlatformError): PlatformError {
	if (error.mayHaveHappened) return error;
	const { kind, message, operation, detail, next, retryAfterMs } = error;
	return new PlatformError(kind, message, {
		operation,
		mayHaveHappened: true,
		cause: error,
		...(detail === undefined ? {} : { detail }),
		...(next === undefined ? {} : { next }),
		...(retryAfterMs === undefined ? {} : { retryAfterMs }),
	});
}

export function isPlatformError(error: unknown, ...kinds: readonly PlatformErrorKind[]): error is PlatformError {
	return error instanceof PlatformError && (kinds.length === 0 || kinds.includes(error.kind));
}

/** The same request may succeed later. */
export function isPassing(error: unknown): error is PlatformError {
	return isPlatformError(error, 'rate-limited', 'unavailable', 'timeout', 'network');
}
