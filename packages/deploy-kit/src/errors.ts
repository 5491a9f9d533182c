/** Whose turn it is: the user's input, the platform's service, the app being deployed, or a defect of ours. */
export type Fault = 'user' | 'platform' | 'app' | 'internal';

export interface ErrorDetails {
	readonly fault: Fault;
	/** Where and why, beyond the message; never a secret. */
	readonly detail?: string;
	/** The command or action to take next. */
	readonly next?: string;
	readonly cause?: unknown;
}

const BRAND = Symbol.for('pulse.deploy-kit.error');

/** A failure that is told to the user as one clear line plus what to do next. `code` is stable, for scripts. */
export class DeployToolError extends Error {
	readonly [BRAND] = true;
	readonly code: string;
	readonly fault: Fault;
	readonly detail: string | undefined;
	readonly next: string | undefined;

	constructor(code: string, message: string, details: ErrorDetails) {
		super(message, details.cause === undefined ? undefined : { cause: details.cause });
		this.name = 'DeployToolError';
		this.code = code;
		this.fault = details.fault;
		this.detail = details.detail;
		this.next = details.next;
	}
}

/** By brand, not `instanceof`: two copies of this package may be loaded. */
export function isDeployToolError(error: unknown): error is DeployToolError {
	return typeof error === 'object' && error !== null && BRAND in error;
}

/** The user pressed Ctrl-C or declined; exit code 130 respectively 1. */
export class CancelledError extends DeployToolError {
	constructor(message = 'Cancelled.', details: Partial<ErrorDetails> = {}) {
		super('cancelled', message, { fault: 'user', ...details });
		this.name = 'CancelledError';
	}
}

/** Bad input: nothing was done. */
export function usageError(message: string, next?: string): DeployToolError {
	return new DeployToolError('usage', message, next === undefined ? { fault: 'user' } : { fault: 'user', next });
}
