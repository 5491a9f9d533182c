import { type CanaryProgress, progressFields, readProgress } from 'pulse-deploy-kit/canary/rollout';
import type { CanaryEvidence } from 'pulse-deploy-kit/canary/verdict';
import { isPositive, objectIn } from 'pulse-deploy-kit/json-object';

/**
 * A deployment that a share of new visitors gets beside the active one. It is `pending` meanwhile: a router or janitor
 * that knows nothing of canaries serves its visitors, sends no new ones there, and neither deletes it nor goes back to it.
 *
 * It is live alone. Railway goes on naming the active one, so a store that lost its data ends a canary, which is the safe
 * side: it gets no new visitors, and drains with those who are on it.
 */
export interface Canary extends CanaryProgress {
	readonly id: string;
}

/** What one router process has counted since a rollout began. */
export interface CanaryCount extends CanaryEvidence {
	readonly beganAt: number;
}

/** Compact JSON, as every value of the store. */
export function encodeCanary({ id, ...progress }: Canary): string {
	return JSON.stringify({ deployment_id: id, ...progressFields(progress) });
}

/** `undefined` for anything else: then there is none. */
export function decodeCanary(json: string | null): Canary | undefined {
	const { deployment_id: id, ...fields } = objectIn(json);
	const progress = readProgress(fields);
	return typeof id !== 'string' || progress === null ? undefined : { id, ...progress };
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

function isSide(value: unknown): value is readonly [number, number] {
	return Array.isArray(value) && value.length === 2 && value.every((one) => Number.isSafeInteger(one) && one >= 0);
}
