import { WHOLE } from 'pulse-deploy-kit/canary/share';
import { CANARY_COOKIE } from '../protocol.ts';
import { drawnValue } from '../task/canary-part.ts';
import type { CanarySide } from '../task/rollout.ts';
import { cookieCondition, type RuleCondition } from './pin-rules.ts';
import type { Rule } from './rule.ts';

/**
 * A canary takes three rules, behind all pins and before the default action, which stays as it is, so that nothing that looks at
 * it, or puts it right, need know of canaries:
 *
 * 1. a visitor who was drawn for the canary, by the cookie that its tasks set with each page → the canary;
 * 2. a visitor who was drawn for the active one, by the cookie that its tasks set → the active one;
 * 3. a new page of any other visitor → one of the two, by weight.
 *
 * Everything else, such as programs, and the parts of pages from before, gets the active one by the default action. A weighted
 * default action would draw each request of those anew.
 */
export type CanaryRule = CanarySide | 'draw';

/** The load balancer draws by whole thousandths: weights go to 999. */
const THOUSAND = 1_000;
/**
 * So long it remembers whom it drew: over tabs that a browser opens at once. Its own cookie names target groups, not rollouts, so
 * that for longer the next canary beside the same active deployment would get none of those whom this one left there.
 */
const DRAWN_SECONDS = 60;

export interface CanaryWeight {
	readonly TargetGroupArn: string;
	readonly Weight: number;
}

export function drawnCondition(rollout: string, side: CanarySide): RuleCondition[] {
	return [cookieCondition(`*${CANARY_COOKIE}=${drawnValue(rollout, side)}*`)];
}

/** A document that is asked for by GET; one that names a version was matched before. */
export const NEW_PAGE: RuleCondition[] = [
	{ Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'sec-fetch-dest', Values: ['document'] } },
	{ Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['GET'] } },
];

/** Whether the load balancer can draw by it. */
export function isDrawable(share: number): boolean {
	return (share * THOUSAND) % WHOLE === 0;
}

export function weightsOf(share: number, canaryArn: string, activeArn: string): CanaryWeight[] {
	const weight = (share * THOUSAND) / WHOLE;
	return [
		{ TargetGroupArn: canaryArn, Weight: Math.min(weight, THOUSAND - 1) },
		{ TargetGroupArn: activeArn, Weight: THOUSAND - weight },
	];
}

/** Whom it drew, the load balancer remembers itself, too: it asks for that where a group is sticky to its targets. */
export function drawAction(TargetGroups: CanaryWeight[]) {
	const stickiness = { Enabled: true, DurationSeconds: DRAWN_SECONDS };
	return { Type: 'forward', ForwardConfig: { TargetGroups, TargetGroupStickinessConfig: stickiness } } as const;
}

/** The rules as they stand. */
export interface CanaryTraffic {
	/** All of them, the one that draws first: without it the canary gets no new visitors. */
	readonly ruleArns: readonly string[];
	/** `null`: none draws. */
	readonly draw: { readonly ruleArn: string; readonly share: number } | null;
	/** Where visitors go who were drawn; `null` where that rule is gone. */
	readonly canaryTargetGroupArn: string | null;
	readonly activeTargetGroupArn: string | null;
	/** `null`: neither names one. */
	readonly rollout: string | null;
}

/** `null`: there is none of them. */
export function canaryTraffic({ rules }: { readonly rules: readonly Rule[] }): CanaryTraffic | null {
	const own = rules.filter((rule) => rule.canary !== undefined);
	if (own.length === 0) return null;
	const of = (kind: CanaryRule) => own.find((rule) => rule.canary?.kind === kind);
	const [draw, canary, active] = [of('draw'), of('canary'), of('active')];
	const weights = draw?.canary?.weights ?? [];
	const canaryArn = canary?.targetGroupArn ?? weights[0]?.TargetGroupArn ?? null;
	const activeArn = active?.targetGroupArn ?? weights[1]?.TargetGroupArn ?? null;
	return {
		ruleArns: [...(draw === undefined ? [] : [draw.arn]), ...own.filter((one) => one !== draw).map((one) => one.arn)],
		draw: draw === undefined ? null : { ruleArn: draw.arn, share: shareIn(weights, canaryArn) },
		canaryTargetGroupArn: canaryArn,
		activeTargetGroupArn: activeArn,
		rollout: canary?.canary?.rollout ?? active?.canary?.rollout ?? null,
	};
}

function shareIn(weights: readonly CanaryWeight[], canaryArn: string | null): number {
	const all = weights.reduce((sum, { Weight }) => sum + Weight, 0);
	const own = weights.find(({ TargetGroupArn }) => TargetGroupArn === canaryArn)?.Weight ?? 0;
	return all === 0 ? 0 : Math.round((own / all) * WHOLE);
}
