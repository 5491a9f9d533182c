import type { ReaperPolicy } from './facts.ts';

const HOUR_MS = 3_600_000;

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
		rollbackWindowMs: (limits.rollbackWindowSeconds ?? usualRollbackWindow(limits.maxAgeHours)) * 1000,
		rollbackKeep: limits.rollbackKeep,
		minDrainMs: 60_000,
		keepRevisions: 10,
	};
}

/** Seconds: an hour. Who wants old deployments gone sooner means this as well. */
function usualRollbackWindow(maxAgeHours: number): number {
	return Math.round(Math.min(1, maxAgeHours) * 3600);
}

/**
 * Seconds, once the longest drain is `maxAgeHours`: the usual window follows it, another one was asked for and stays.
 * @param running as the stack has it
 */
export function keptRollbackWindow(
	running: { readonly reaperMaxAgeHours: number; readonly rollbackWindowSeconds: number | null } | null,
	maxAgeHours: number,
): number {
	const own = running?.rollbackWindowSeconds ?? null;
	const isUsual = own === null || own === usualRollbackWindow(running?.reaperMaxAgeHours ?? 1);
	return isUsual ? usualRollbackWindow(maxAgeHours) : own;
}
