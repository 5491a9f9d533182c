import type { ReaperPolicy } from './facts.ts';

const HOUR_MS = 3_600_000;

/** @param maxAgeHours counted from the moment a deployment began to drain */
export function reaperPolicy(maxAgeHours: number, deploymentTimeoutHours: number): ReaperPolicy {
	return {
		maxDrainMs: maxAgeHours * HOUR_MS,
		deployingMs: deploymentTimeoutHours * HOUR_MS,
		minDrainMs: 60_000,
		keepRevisions: 10,
	};
}
