import type { HeldLock } from '../control/hold-lock.ts';
import type { StackObservation } from '../platform/port.ts';
import { platformOf, type Run } from './run.ts';

/**
 * Asked right before an effect that could harm: a machine may have slept since the last look, and another command may have
 * made its own what this one is about to change. A guard that refuses ends the command, which then destroys nothing.
 */
export interface Guard {
	/** @throws DeployToolError `lock-lost` or `superseded` */
	confirm(signal: AbortSignal): Promise<void>;
	/** What stands now, read while the guard held. @throws as {@link confirm} */
	look(signal: AbortSignal): Promise<StackObservation>;
	/** By the clock: whether what was last confirmed may still be relied on. */
	holds(): boolean;
}

/** Says right before an effect whether it is still this run's to have. */
export function guardOf(run: Run): Guard {
	return run.guard ?? (run.lock === undefined ? unguarded(run) : lockGuard(run.lock, run));
}

/**
 * A write that may harm, right after the guard was asked. Where it was stopped because the machine slept, it comes again
 * only once the guard agrees again.
 */
export async function guarded<T>(
	run: Run,
	signal: AbortSignal,
	write: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
	const guard = guardOf(run);
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

/** Shorter than the shortest pause before Railway's client repeats a write. */
const WATCH_MS = 100;

/**
 * Railway's client repeats a write whose answer was lost, and the line is lost when a machine falls asleep. Timers stand
 * still meanwhile, so the clock is looked at, and `late` aborts before the repetition.
 */
export function watch(holds: () => boolean): { readonly late: AbortSignal; end(): void } {
	const late = new AbortController();
	const timer = setInterval(() => holds() || late.abort(new LateError()), WATCH_MS);
	return { late: late.signal, end: () => clearInterval(timer) };
}

class LateError extends Error {
	override readonly name = 'LateError';

	constructor() {
		super('the machine slept, or Railway did not answer for long');
	}
}

/** Whoever holds the deploy lock, also lapsed and taken again, knows that no other command changed what was read under it. */
function lockGuard(lock: HeldLock, run: Run): Guard {
	return {
		confirm: () => lock.confirm(),
		async look(signal) {
			const observation = await platformOf(run).observe(signal);
			// After it: the answer may have waited while the machine slept.
			await lock.confirm();
			return observation;
		},
		holds: () => lock.isHeld(),
	};
}

function unguarded(run: Run): Guard {
	return { confirm: async () => {}, look: (signal) => platformOf(run).observe(signal), holds: () => true };
}

/** The code of an error that says that this command must end and touch nothing more. */
export function isOvertaken(error: unknown): boolean {
	const { code } = error as { readonly code?: unknown };
	return code === 'lock-lost' || code === 'superseded';
}
