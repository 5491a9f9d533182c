import { canaryFigures, canaryText } from 'pulse-deploy-kit/canary/report';
import { nextShare } from 'pulse-deploy-kit/canary/rollout';
import type { ControlStatus } from '../control/status.ts';
import { isWhole } from '../deployments/canary-transitions.ts';

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
	const figures = canaryFigures(canary, nextShare(canary), canaryCount);
	return { ...figures, verdict: isWhole(canary) && figures.verdict !== 'halt' ? 'completes' : figures.verdict };
}

export function canaryLine(report: CanaryReport, now: number): string {
	const { verdict, deployment_id: id } = report;
	const completes = `It becomes active with the janitor's next run; at once: pulse-railway promote ${id}`;
	return canaryText(report, now, verdict === 'completes' ? [completes] : []);
}
