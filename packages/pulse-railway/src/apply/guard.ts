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
}

/** Says right before an effect whether it is still this run's to have. */
export function guardOf(run: Run): Guard {
	return run.guard ?? (run.lock === undefined ? unguarded(run) : lockGuard(run.lock, run));
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
	};
}

function unguarded(run: Run): Guard {
	return { confirm: async () => {}, look: (signal) => platformOf(run).observe(signal) };
}

/** The code of an error that says that this command must end and touch nothing more. */
export function isOvertaken(error: unknown): boolean {
	const { code } = error as { readonly code?: unknown };
	return code === 'lock-lost' || code === 'superseded';
}
