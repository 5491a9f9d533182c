import { hasSample } from 'pulse-deploy-kit/canary/evidence';
import { nextShare } from 'pulse-deploy-kit/canary/rollout';
import { WHOLE } from 'pulse-deploy-kit/canary/share';
import { evidenceText, verdictOn } from 'pulse-deploy-kit/canary/verdict';
import type { Deployment } from '../deployments/deployment.ts';
import type { Rollout } from '../task/rollout.ts';
import { canaryTraffic } from '../traffic/canary-rules.ts';
import type { ReaperFacts } from './facts.ts';
import type { JudgedCanary } from './judge-canary.ts';
import { leased } from './orphans.ts';

/** What the reaper does about a canary, under the deploy lock; each looks again before it writes. */
export type CanaryAction =
	/** It gets no new visitors, and its pages move, as after a recall. */
	| { readonly kind: 'halt-canary'; readonly id: string; readonly beganAt: number; readonly because: string }
	/** It gets no new visitors. What is left of one that was overtaken, or whose command was killed. */
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

/** What is looked at again under the deploy lock. */
export type CanaryView = Pick<ReaperFacts, 'traffic' | 'deployments' | 'parameters' | 'canary'>;

/** `null`: nothing is to be done. `active` serves new visitors. */
export function decideCanary(facts: CanaryView, active: Deployment | null, now: number): CanaryAction | null {
	return decideRunning(facts, active, now) ?? endStray(facts, active, now);
}

function decideRunning(facts: CanaryView, active: Deployment | null, now: number): CanaryAction | null {
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
	// Where its neighbour's counts are missing, nothing was compared, however much the canary fails.
	const isCompared = verdict.says !== 'waits' && hasSample(judged.active);
	const isDue = due !== null && now >= due.at && isCompared && canary.running > 0;
	// A baseline's update, or what a killed one left, goes before the default action: the next command takes it away.
	const isCaught = facts.traffic.rules.some((rule) => rule.catchAll);
	if (isDue && due.share >= WHOLE) return isCaught ? null : { kind: 'complete-canary', id, beganAt };
	const from = rules.draw.share;
	if (isDue) {
		const next = { ...rollout, share: due.share, next: rollout.next.slice(1), sharedAt: now };
		return { kind: 'widen-canary', id, from, rollout: next };
	}
	return from === rollout.share ? null : { kind: 'widen-canary', id, from, rollout };
}

function decideWithoutRules(facts: CanaryView, active: Deployment | null, now: number): CanaryAction | null {
	const { rollout } = facts.canary;
	if (rollout === null || isBeginning(rollout, now)) return null;
	return endStray(facts, active, now) ?? { kind: 'end-canary', id: rollout.id, because: 'it is over' };
}

/** What a command that was killed, or overtaken by another one's canary, has left: no rule leads to it, and none will. */
function endStray(facts: CanaryView, active: Deployment | null, now: number): CanaryAction | null {
	const { rollout } = facts.canary;
	const running = canaryTraffic(facts.traffic)?.canaryTargetGroupArn ?? null;
	const begun = rollout !== null && isBeginning(rollout, now) ? rollout.id : null;
	const spared = [begun, ...leased(facts, now)];
	const stray = facts.deployments.find(
		(one) => one.state === 'canary' && one !== active && one.targetGroupArn !== running && !spared.includes(one.id),
	);
	return stray === undefined ? null : { kind: 'end-canary', id: stray.id, because: 'no rule leads to it' };
}

const isBeginning = ({ beganAt }: Rollout, now: number) => now - beganAt < BEGINNING_MS;
