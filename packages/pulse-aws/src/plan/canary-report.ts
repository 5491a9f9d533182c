import { shareText } from 'pulse-deploy-kit/canary/share';
import { type CanaryEvidence, evidenceText, verdictOn } from 'pulse-deploy-kit/canary/verdict';
import { momentText } from 'pulse-deploy-kit/moment';
import { nextShare } from '../task/rollout.ts';
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
	const next = rollout === null ? null : nextShare(rollout);
	const verdict = verdictOn(evidence);
	return {
		deployment_id: id,
		percent: share / 100,
		began_at: rollout === null ? null : rollout.beganAt / 1000,
		next_percent: next === null ? null : next.share / 100,
		next_at: next === null ? null : next.at / 1000,
		requests: evidence.canary.trials,
		failures: evidence.canary.failures,
		active_requests: evidence.active.trials,
		active_failures: evidence.active.failures,
		verdict: verdict.says,
		missing_requests: verdict.says === 'waits' ? verdict.missing : 0,
	};
}

/** `Canary shop-2: 5 % of new visitors since 12:00 (UTC); 3 of 340 requests failed, beside it 20 of 6100. At 12:10 (UTC): 25 %.` */
export function canaryLine(report: CanaryReport, now: number): string {
	const { deployment_id: id, percent, began_at, next_percent, next_at, verdict, missing_requests: missing } = report;
	const seen = {
		canary: { trials: report.requests, failures: report.failures },
		active: { trials: report.active_requests, failures: report.active_failures },
	};
	const since = began_at === null ? '' : ` since ${momentText(began_at * 1000, now)}`;
	return [
		`Canary ${id}: ${shareText(Math.round(percent * 100))} of new visitors${since}; ${evidenceText(seen)}.`,
		...(next_percent === null || next_at === null
			? []
			: [`${next_at * 1000 > now ? `At ${momentText(next_at * 1000, now)}` : 'Next'}: ${next_percent} %.`]),
		...(verdict === 'waits' ? [`${missing} more requests before anything can be said.`] : []),
		...(verdict === 'halt' ? ['It fails more, and is being halted.'] : []),
	].join(' ');
}
