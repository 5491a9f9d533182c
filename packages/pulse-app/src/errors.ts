/** A mistake in the app or in how it is run, told as one line plus what to do next. `code` is stable, for scripts. */
export class PulseError extends Error {
	readonly code: string;
	readonly next: string | undefined;

	constructor(code: string, message: string, options: { next?: string; cause?: unknown } = {}) {
		super(message, options.cause === undefined ? undefined : { cause: options.cause });
		this.name = 'PulseError';
		this.code = code;
		this.next = options.next;
	}
}
