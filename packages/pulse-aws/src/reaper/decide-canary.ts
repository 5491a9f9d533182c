import { WHOLE } from 'pulse-deploy-kit/canary/share';
import { evidenceText, verdictOn } from 'pulse-deploy-kit/canary/verdict';
import type { Deployment } from '../deployments/deployment.ts';
import { nextShare, type Rollout } from '../task/rollout.ts';
import { canaryTraffic } from '../traffic/canary-rules.ts';
import type { ReaperFacts } from './facts.ts';
import type { JudgedCanary } from './judge-canary.ts';
import { leased } from './orphans.ts';

/** What the reaper does about a canary, under the deploy lock; each looks again before it writes. */
export type CanaryAction =
	/** Nobody new gets it, and who is on it moves, as after a recall. */
	| { readonly kind: 'halt-canary'; readonly id: string; readonly beganAt: number; readonly because: string }
	/** Nobody new gets it. What is left of one that was overtaken, or whose command was killed. */
	| { readonly kind: 'end-canary'; readonly id: string; readonly because: string }
	| { readonly kind: 'widen-canary'; readonly id: string; readonly from: number; readonly rollout: Rollout }
	/** The last share of a schedule: it becomes active. */
	| { readonly kind: 'complete-canary'; readonly id: string; readonly beganAt: number };

/** What is known of the canary that runs, beside the load balancer's rules. */
export interface CanaryFacts {
	readonly rollout: Rollout | null;
	/** `null` without one. */
	readonly judged: JudgedCanary | null;
	/** Tasks that ended by themselves since it began, by deployment. */
	readonly crashes: ReadonlyMap<string, number>;
}

/** Where none runs. */
export const NO_CANARY: CanaryFacts = { rollout: null, judged: null, crashes: new Map() };

/** A command that begins one has said so before its rules stand, and waits for the tasks. */
const BEGINNING_MS = 600_000;
/** One may be a machine of Fargate. */
const MIN_CRASHES = 2;

/** `null`: nothing is to be done. `active` serves new visitors. */
export function decideCanary(facts: ReaperFacts, active: Deployment | null, now: number): CanaryAction | null {
	const { rollout, judged, crashes } = facts.canary;
	const rules = canaryTraffic(facts.traffic);
	if (rules === null) return decideWithoutRules(facts, active, now);
	const canary = facts.deployments.find((one) => one.targetGroupArn === rules.canaryTargetGroupArn);
	const id = canary?.id ?? rollout?.id ?? '';
	const end = (because: string): CanaryAction => ({ kind: 'end-canary', id, because });
	if (canary === undefined || canary.desired === 0) return end('it is gone');
	if (canary === active) return end('it became active');
	if (rules.activeTargetGroupArn !== active?.targetGroupArn) return end('another deployment became active');
	if (canary.state !== 'canary' || rollout?.id !== id || judged === null) return end('it was ended, but for its rules');
	// A command is just making, or unmaking, its rules.
	if (rules.draw === null) return now - rollout.beganAt < BEGINNING_MS ? null : end('it was never begun');
	const { beganAt } = rollout;
	const verdict = verdictOn(judged);
	if (verdict.says === 'halt') return { kind: 'halt-canary', id, beganAt, because: evidenceText(judged) };
	const [died = 0, others = 0] = [crashes.get(id), crashes.get(rollout.activeId)];
	if (died >= MIN_CRASHES && died > others) {
		return {
			kind: 'halt-canary',
			id,
			beganAt,
			because: `${died} of its tasks ended by themselves, beside it ${others}`,
		};
	}
	const due = nextShare(rollout);
	const isDue = due !== null && now >= due.at && verdict.says !== 'waits' && canary.running > 0;
	if (isDue && due.share >= WHOLE) return { kind: 'complete-canary', id, beganAt };
	const from = rules.draw.share;
	if (isDue) {
		const next = { ...rollout, share: due.share, next: rollout.next.slice(1), sharedAt: now };
		return { kind: 'widen-canary', id, from, rollout: next };
	}
	return from === rollout.share ? null : { kind: 'widen-canary', id, from, rollout };
}

function decideWithoutRules(facts: ReaperFacts, active: Deployment | null, now: number): CanaryAction | null {
	const { rollout } = facts.canary;
	const left = facts.deployments.find((one) => one.state === 'canary' && one !== active);
	const isBeginning = rollout !== null && now - rollout.beganAt < BEGINNING_MS;
	if (isBeginning || (left !== undefined && leased(facts, now).includes(left.id))) return null;
	if (left !== undefined) return { kind: 'end-canary', id: left.id, because: 'no rule leads to it' };
	return rollout === null ? null : { kind: 'end-canary', id: rollout.id, because: 'it is over' };
}
