import { shareText } from 'pulse-deploy-kit/canary/share';
import { evidenceText, verdictOn } from 'pulse-deploy-kit/canary/verdict';
import { momentText } from 'pulse-deploy-kit/moment';
import type { ControlStatus } from '../control/status.ts';
import { isWhole, nextShare } from '../deployments/canary-transitions.ts';

/** What `status` says of a canary that runs, keys as scripts read them. */
export interface CanaryReport {
	readonly deployment_id: string;
	/** Of new visitors. */
	readonly percent: number;
	/** Unix seconds. */
	readonly began_at: number;
	/** By schedule; `null`: only by hand. */
	readonly next_percent: number | null;
	/** Unix seconds, not before {@link missing_requests} is 0; `null` with it. */
	readonly next_at: number | null;
	/** Requests and websockets of its visitors that have ended, and those that failed. */
	readonly requests: number;
	readonly failures: number;
	/** The same of visitors who were drawn for the active one. */
	readonly active_requests: number;
	readonly active_failures: number;
	/** `waits`: for {@link missing_requests}, before which nothing is said; `goes-on`: it fails no more than the active one, as far as can be said; `halt`: it does; `completes`: it gets all new visitors, and the janitor's next run makes it active. */
	readonly verdict: 'waits' | 'goes-on' | 'halt' | 'completes';
	readonly missing_requests: number;
}

/** `null` while none runs. */
export function canaryReport({
	snapshot,
	canaryCount,
}: Pick<ControlStatus, 'snapshot' | 'canaryCount'>): CanaryReport | null {
	const { canary } = snapshot;
	if (canary === undefined || !canaryCount) return null;
	const next = nextShare(canary);
	const verdict = verdictOn(canaryCount);
	return {
		deployment_id: canary.id,
		percent: canary.share / 100,
		began_at: canary.beganAt / 1000,
		next_percent: next === null ? null : next.share / 100,
		next_at: next === null ? null : next.at / 1000,
		requests: canaryCount.canary.trials,
		failures: canaryCount.canary.failures,
		active_requests: canaryCount.active.trials,
		active_failures: canaryCount.active.failures,
		verdict: isWhole(canary) && verdict.says !== 'halt' ? 'completes' : verdict.says,
		missing_requests: verdict.says === 'waits' ? verdict.missing : 0,
	};
}

/** `Canary shop-2: 5 % of new visitors since 12:00 (UTC); 3 of 340 requests failed, beside it 20 of 6100. At 12:10 (UTC): 25 %.` */
export function canaryLine(report: CanaryReport, now: number): string {
	const { deployment_id: id, percent, began_at, next_percent, next_at } = report;
	const seen = {
		canary: { trials: report.requests, failures: report.failures },
		active: { trials: report.active_requests, failures: report.active_failures },
	};
	const since = momentText(began_at * 1000, now);
	return [
		`Canary ${id}: ${shareText(Math.round(percent * 100))} of new visitors since ${since}; ${evidenceText(seen)}.`,
		...(next_percent === null || next_at === null
			? []
			: [`${next_at * 1000 > now ? `At ${momentText(next_at * 1000, now)}` : 'Next'}: ${next_percent} %.`]),
		...saying(report),
	].join(' ');
}

function saying({ verdict, missing_requests: missing, deployment_id: id }: CanaryReport): readonly string[] {
	if (verdict === 'waits') return [`${missing} more requests before anything can be said.`];
	if (verdict === 'halt') return ['It fails more, and is being halted.'];
	if (verdict === 'completes')
		return [`It becomes active with the janitor's next run; at once: pulse-railway promote ${id}`];
	return [];
}
