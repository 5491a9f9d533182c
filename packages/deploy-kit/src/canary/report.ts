import { momentText } from '../moment.ts';
import { shareText } from './share.ts';
import { type CanaryEvidence, evidenceText, verdictOn } from './verdict.ts';

/** What `status` of both tools says of a canary that runs, keys as scripts read them. Of their own each says what they mean there. */
export function canaryFigures<Began extends number | null>(
	{ id, share, beganAt }: { readonly id: string; readonly share: number; readonly beganAt: Began },
	next: { readonly share: number; readonly at: number } | null,
	evidence: CanaryEvidence,
) {
	const verdict = verdictOn(evidence);
	return {
		deployment_id: id,
		percent: share / 100,
		began_at: (beganAt === null ? null : beganAt / 1000) as Began,
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

type Figures = Readonly<ReturnType<typeof canaryFigures<number | null>>>;

/**
 * `Canary shop-2: 5 % of new visitors since 12:00 (UTC); 3 of 340 requests failed, beside it 20 of 6100. At 12:10 (UTC): 25 %.`
 * @param more what a tool says of its verdict, besides what both say
 */
export function canaryText(
	report: Omit<Figures, 'verdict'> & { readonly verdict: string },
	now: number,
	more: readonly string[] = [],
): string {
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
		...more,
	].join(' ');
}
