import { DeployToolError } from '../errors.ts';

/**
 * Asked right before an effect that could harm: a machine may have slept since the last look, and another command may have
 * made its own what this one is about to change. A guard that refuses ends the command, which then destroys nothing.
 */
export interface Guard {
	/** @throws DeployToolError `lock-lost` or `baseline-changed` */
	confirm(signal: AbortSignal): Promise<void>;
	/** By the clock: whether what was last confirmed may still be relied on. */
	holds(): boolean;
}

/** Of a command that shares nothing with another one. */
export const unguarded: Guard = { confirm: async () => {}, holds: () => true };

/**
 * A write that may harm, right after the guard was asked. Where it was stopped because the machine slept, it comes again
 * only once the guard agrees again.
 */
export async function guarded<T>(
	guard: Guard,
	signal: AbortSignal,
	write: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
	for (let again = false; ; again = true) {
		await guard.confirm(signal);
		const { late, end } = watch(() => guard.holds());
		try {
			return await write(AbortSignal.any([signal, late]));
		} catch (error) {
			if (!late.aborted || again) throw error;
		} finally {
			end();
		}
	}
}

/** Shorter than the shortest pause before a platform's client repeats a write. */
const WATCH_MS = 100;

/**
 * A platform's client repeats a write whose answer was lost, and the line is lost when a machine falls asleep. Timers stand
 * still meanwhile, so the clock is looked at, and `late` aborts before the repetition.
 */
export function watch(holds: () => boolean): { readonly late: AbortSignal; end(): void } {
	const late = new AbortController();
	const timer = setInterval(() => holds() || late.abort(lateError()), WATCH_MS);
	return { late: late.signal, end: () => clearInterval(timer) };
}

/** The command gives up what it was about to do, having done nothing. */
export function lateError(): DeployToolError {
	return new DeployToolError('late', 'the machine slept, or the platform did not answer for long', {
		fault: 'platform',
		detail: 'It was given up, because another command may have come meanwhile.',
		next: 'Run the same command again: it looks at what stands and goes on from there.',
	});
}

/** The code of an error that says that this command must end and touch nothing more. */
export function isOvertaken(error: unknown): boolean {
	const { code } = error as { readonly code?: unknown };
	return code === 'lock-lost' || code === 'baseline-changed';
}

/** The commit point surely did not happen, so everything before it may be undone. Carries why. */
export class NotCommittedError extends Error {
	override readonly name = 'NotCommittedError';

	constructor(cause: unknown) {
		super('the promotion was not committed', { cause });
	}
}
