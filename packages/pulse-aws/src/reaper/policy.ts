import { keptRollbackWindow, usualRollbackWindow } from 'pulse-deploy-kit/rollback-window';
import type { ReaperPolicy } from './facts.ts';

const HOUR_S = 3_600;
const HOUR_MS = HOUR_S * 1000;

export interface RetirementLimits {
	/** From the moment a deployment began to drain. */
	readonly maxAgeHours: number;
	readonly deploymentTimeoutHours: number;
	/** `null`: the usual one. */
	readonly rollbackWindowSeconds: number | null;
	readonly rollbackKeep: number;
}

export function reaperPolicy(limits: RetirementLimits): ReaperPolicy {
	return {
		maxDrainMs: limits.maxAgeHours * HOUR_MS,
		deployingMs: limits.deploymentTimeoutHours * HOUR_MS,
		rollbackWindowMs: (limits.rollbackWindowSeconds ?? usualRollbackWindow(limits.maxAgeHours * HOUR_S)) * 1000,
		rollbackKeep: limits.rollbackKeep,
		minDrainMs: 60_000,
		keepRevisions: 10,
	};
}

/** Seconds, once the longest drain is `maxAgeHours`. @param running as the stack has it */
export function keptWindow(
	running: { readonly reaperMaxAgeHours: number; readonly rollbackWindowSeconds: number | null } | null,
	maxAgeHours: number,
): number {
	const longestDrain = running === null ? undefined : running.reaperMaxAgeHours * HOUR_S;
	return keptRollbackWindow(
		{ longestDrain, window: running?.rollbackWindowSeconds ?? undefined },
		maxAgeHours * HOUR_S,
	);
}
