import type { CanaryEvidence } from 'pulse-deploy-kit/canary/verdict';

/**
 * A deployment that a share of new visitors gets beside the active one. It is `pending` meanwhile: whoever knows nothing of
 * canaries serves those who are on it, sends nobody new there, and neither deletes it nor goes back to it.
 *
 * It is live alone. Railway goes on naming the active one, so a store that lost its data ends a canary, which is the safe
 * side: nobody new gets it, and it drains with those who are on it.
 */
export interface Canary {
	readonly id: string;
	/** Unix milliseconds; names the rollout. */
	readonly beganAt: number;
	/** Of new visitors, in hundredths of a percent. */
	readonly share: number;
	/** When it got this share, Unix milliseconds. */
	readonly sharedAt: number;
	/** The shares that follow by themselves; after the last one, 10,000, it becomes active. */
	readonly next: readonly number[];
	/** How long each lasts at least; `null` where nothing follows. */
	readonly everyMs: number | null;
}

/** What one router process has counted since a rollout began. */
export interface CanaryCount extends CanaryEvidence {
	readonly beganAt: number;
}

/** Compact JSON with times in seconds and shares in percent, as every value of the store. */
export function encodeCanary({ id, beganAt, share, sharedAt, next, everyMs }: Canary): string {
	return JSON.stringify({
		deployment_id: id,
		began_at: beganAt / 1000,
		share: share / 100,
		shared_at: sharedAt / 1000,
		next: next.map((one) => one / 100),
		every: everyMs === null ? null : everyMs / 1000,
	});
}

/** `undefined` for anything else: then there is none. */
export function decodeCanary(json: string | null): Canary | undefined {
	const { deployment_id: id, began_at, share, shared_at, next, every } = objectIn(json);
	const times = [began_at, share, shared_at];
	if (typeof id !== 'string' || !times.every(isPositive) || !Array.isArray(next)) return undefined;
	return {
		id,
		beganAt: Math.round(Number(began_at) * 1000),
		share: Math.min(10_000, Math.round(Number(share) * 100)),
		sharedAt: Math.round(Number(shared_at) * 1000),
		next: next.filter(isPositive).map((one) => Math.round(one * 100)),
		everyMs: isPositive(every) ? Math.round(every * 1000) : null,
	};
}

export function encodeCount({ beganAt, canary, active, evidence, excess }: CanaryCount): string {
	const side = ({ trials, failures }: CanaryCount['canary']) => [trials, failures];
	return JSON.stringify({ began_at: beganAt / 1000, canary: side(canary), active: side(active), evidence, excess });
}

export function decodeCount(json: string): CanaryCount | undefined {
	const { began_at, canary, active, evidence, excess } = objectIn(json);
	if (!isPositive(began_at) || !isSide(canary) || !isSide(active) || !Array.isArray(evidence)) return undefined;
	if (!evidence.every((one) => typeof one === 'number' && Number.isFinite(one))) return undefined;
	const side = ([trials, failures]: readonly [number, number]) => ({ trials, failures });
	return {
		...{ beganAt: Math.round(began_at * 1000), canary: side(canary), active: side(active), evidence },
		...(typeof excess === 'number' && Number.isFinite(excess) ? { excess } : {}),
	};
}

function objectIn(json: string | null): Record<string, unknown> {
	try {
		const value: unknown = JSON.parse(json ?? '{}');
		return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
	} catch {
		return {};
	}
}

function isPositive(value: unknown): value is number {
	return typeof value === 'number' && Number.isFinite(value) && value > 0;
}

function isSide(value: unknown): value is readonly [number, number] {
	return Array.isArray(value) && value.length === 2 && value.every((one) => Number.isSafeInteger(one) && one >= 0);
}
