import { guarded as guardedBy, type Guard as KitGuard, lateError, unguarded } from 'pulse-deploy-kit/plan/guard';
import type { HeldLock } from '../control/hold-lock.ts';
import type { StackObservation } from '../platform/port.ts';
import { platformOf, type Run } from './run.ts';

export interface Guard extends KitGuard {
	/** What stands now, read while the guard held. @throws as `confirm` does */
	look(signal: AbortSignal): Promise<StackObservation>;
}

/** Says right before an effect whether it is still this run's to have. */
export function guardOf(run: Run): Guard {
	return run.guard ?? (run.lock === undefined ? unlocked(run) : runsLockGuard(run.lock, run));
}

/** @see guardedBy */
export function guarded<T>(run: Run, signal: AbortSignal, write: (signal: AbortSignal) => Promise<T>): Promise<T> {
	return guardedBy(guardOf(run), signal, write);
}

/** For a write under a lock that is not the run's. */
function lockGuard(lock: HeldLock): KitGuard {
	return { confirm: () => lock.confirm(), holds: () => lock.isHeld() };
}

/** A machine that sleeps again and again in this very moment is not waited for. */
const LOOKS = 3;

/**
 * Looks, and writes by what was seen, under one grant of the lock: `guard` refuses where it lapsed in between, also where it
 * was taken again. No other command had it then, but the janitor asks for none, and may have deleted what was seen. Then
 * everything is done once more from the look on.
 */
export async function underOneGrant<T>(lock: HeldLock, work: (guard: KitGuard) => Promise<T>): Promise<T> {
	for (let attempt = 1; ; attempt++) {
		const { fence } = lock.grant;
		const lapsed = lateError();
		const confirm = async () => {
			await lock.confirm();
			if (lock.grant.fence !== fence) throw lapsed;
		};
		try {
			return await work({ confirm, holds: () => lock.isHeld() });
		} catch (error) {
			if (error !== lapsed || attempt >= LOOKS) throw error;
		}
	}
}

/** The holder of the deploy lock, also lapsed and taken again, knows that no other command changed what was read under it. */
function runsLockGuard(lock: HeldLock, run: Run): Guard {
	return {
		...lockGuard(lock),
		async look(signal) {
			const observation = await platformOf(run).observe(signal);
			// After it: the answer may have waited while the machine slept.
			await lock.confirm();
			return observation;
		},
	};
}

function unlocked(run: Run): Guard {
	return { ...unguarded, look: (signal) => platformOf(run).observe(signal) };
}
