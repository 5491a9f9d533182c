import { canaryFigures } from 'pulse-deploy-kit/canary/report';
import { nextShare } from 'pulse-deploy-kit/canary/rollout';
import type { CanaryEvidence } from 'pulse-deploy-kit/canary/verdict';
import type { RunningCanary } from './canary.ts';

/** What `status` says of a canary that runs: keys as `pulse-railway status` has them. */
export interface CanaryReport {
	readonly deployment_id: string;
	/** Of new visitors. */
	readonly percent: number;
	/** Unix seconds; `null` where what it was told is gone. */
	readonly began_at: number | null;
	/** By schedule; `null`: only by hand. */
	readonly next_percent: number | null;
	/** Unix seconds, not before {@link missing_requests} is 0; `null` with it. */
	readonly next_at: number | null;
	/** Requests of its visitors that have ended, and those that failed, as the reaper has judged them: two to three minutes ago. */
	readonly requests: number;
	readonly failures: number;
	/** The same of visitors who were drawn for the active one. */
	readonly active_requests: number;
	readonly active_failures: number;
	/** `waits`: for {@link missing_requests}, before which nothing is said; `goes-on`: it fails no more than the active one, as far as can be said; `halt`: it does, and the reaper's next run halts it. */
	readonly verdict: 'waits' | 'goes-on' | 'halt';
	readonly missing_requests: number;
}

/** `null` while none runs. */
export function canaryReport(canary: RunningCanary | null, evidence: CanaryEvidence): CanaryReport | null {
	if (canary === null) return null;
	const { id, rollout, share } = canary;
	const { beganAt = null } = rollout ?? {};
	return canaryFigures({ id, share, beganAt }, rollout === null ? null : nextShare(rollout), evidence);
}
