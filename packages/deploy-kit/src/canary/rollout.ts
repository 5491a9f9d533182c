import { isPositive } from '../json-object.ts';
import type { CanaryTerms } from './settings.ts';

/** How far a canary has come; the tools keep it with their own words of who takes part. */
export interface CanaryProgress extends CanaryTerms {
	/** Unix milliseconds; names the rollout. */
	readonly beganAt: number;
	/** When it got its share, Unix milliseconds. */
	readonly sharedAt: number;
}

/** As it is written down, in this order: times in seconds and shares in percent (contract R4.15). */
export function progressFields({ beganAt, share, sharedAt, next, everyMs }: CanaryProgress) {
	return {
		began_at: beganAt / 1000,
		share: share / 100,
		shared_at: sharedAt / 1000,
		next: next.map((one) => one / 100),
		every: everyMs === null ? null : everyMs / 1000,
	};
}

/** `null` for anything else. */
export function readProgress(fields: Readonly<Record<string, unknown>>): CanaryProgress | null {
	const { began_at, share, shared_at, next, every } = fields;
	if (!isPositive(began_at) || !isPositive(share) || !isPositive(shared_at) || !Array.isArray(next)) return null;
	return {
		beganAt: Math.round(began_at * 1000),
		share: Math.min(10_000, Math.round(share * 100)),
		sharedAt: Math.round(shared_at * 1000),
		next: next.filter(isPositive).map((one) => Math.round(one * 100)),
		everyMs: isPositive(every) ? Math.round(every * 1000) : null,
	};
}

/** When the next share is due, and which; `null` where nothing follows. */
export function nextShare({
	next,
	everyMs,
	sharedAt,
}: CanaryProgress): { readonly share: number; readonly at: number } | null {
	const [share] = next;
	return share === undefined || everyMs === null ? null : { share, at: sharedAt + everyMs };
}
