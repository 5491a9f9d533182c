import { type CanaryTerms, termsText } from 'pulse-deploy-kit/canary/settings';
import { shareText } from 'pulse-deploy-kit/canary/share';
import { ENOUGH, MIN_SAMPLE } from 'pulse-deploy-kit/canary/verdict';
import { DeployToolError, usageError } from 'pulse-deploy-kit/errors';
import { spanText } from 'pulse-deploy-kit/moment';
import type { Deployment } from '../deployments/deployment.ts';
import { beginCanaryStep } from '../steps/begin-canary.ts';
import { completeCanaryStep, endCanaryStep } from '../steps/end-canary.ts';
import { widenCanaryStep } from '../steps/widen-canary.ts';
import type { Rollout } from '../task/rollout.ts';
import { canaryTraffic, isDrawable } from '../traffic/canary-rules.ts';
import { activeDeployment } from '../traffic/traffic.ts';
import type { Fleet } from './observation.ts';
import { type Plan, planOf, type Step } from './step.ts';

/** Rules that one takes beside those of its pins. */
export const CANARY_RULES = 3;

/** A canary as it stands, by the load balancer. */
export interface RunningCanary {
	readonly id: string;
	/** `null` where its service is gone. */
	readonly deployment: Deployment | null;
	/** `null` where what it was told is gone: it can only be ended. */
	readonly rollout: Rollout | null;
	/** Of new visitors, by the load balancer. */
	readonly share: number;
}

/** `null`: none runs. */
export function runningCanary(fleet: CanaryFleet): RunningCanary | null {
	const found = foundCanary(fleet);
	return found === null || isOver(fleet, found) ? null : found;
}

/** The steps that put right what an interrupted promotion, or an older tool, has left of one. */
export function canaryLeftovers(fleet: CanaryFleet): readonly Step[] {
	const found = foundCanary(fleet);
	if (found === null || !isOver(fleet, found)) return [];
	return [isActive(fleet, found) ? completeCanaryStep(found.id) : endCanaryStep(found.id)];
}

type CanaryFleet = Pick<Fleet, 'traffic' | 'deployments' | 'rollout'>;

function foundCanary({ traffic, deployments, rollout = null }: CanaryFleet): RunningCanary | null {
	const rules = canaryTraffic(traffic);
	const active = activeDeployment(traffic, deployments);
	// Under the deploy lock none is just being begun: one without rules is what a killed command has left of its end.
	const isIt = (one: Deployment) =>
		rules === null ? one.state === 'canary' && one !== active : one.targetGroupArn === rules.canaryTargetGroupArn;
	const deployment = deployments.find(isIt) ?? null;
	if (rules === null && deployment === null) return null;
	const id = deployment?.id ?? rollout?.id ?? '';
	return { id, deployment, rollout: rollout?.id === id ? rollout : null, share: rules?.draw?.share ?? 0 };
}

/** It became active, or something else did than what it runs beside. */
function isOver(fleet: CanaryFleet, found: RunningCanary): boolean {
	const { traffic, deployments } = fleet;
	const rules = canaryTraffic(traffic);
	if (rules === null) return false;
	const active = activeDeployment(traffic, deployments);
	return isActive(fleet, found) || active?.targetGroupArn !== rules.activeTargetGroupArn;
}

function isActive({ traffic, deployments }: CanaryFleet, { id }: RunningCanary): boolean {
	return activeDeployment(traffic, deployments)?.id === id;
}

/** In place of a cut-over: the active deployment stays what it is. */
export function beginCanarySteps(fleet: Fleet, id: string, terms: CanaryTerms): readonly Step[] {
	const other = runningCanary(fleet);
	return [...(other === null ? [] : [endCanaryStep(other.id)]), beginCanaryStep(id, activeOf(fleet), terms)];
}

/** What a deploy as a canary means, and that the stack can have one. @throws usage error before the first deployment, and for a share that cannot be drawn by */
export function canaryFacts(fleet: Fleet | null, terms: CanaryTerms | undefined): readonly string[] {
	const ends = fleet === null ? [] : endingFacts(runningCanary(fleet));
	if (terms === undefined) return ends;
	if (fleet === null) throw noActive();
	const { id } = activeOf(fleet);
	refuseShares(terms);
	return [
		`A canary: ${termsText(terms, spanText)}. ${id} stays active, and whoever has a page keeps it`,
		`The reaper halts it by itself where it fails more: not before ${MIN_SAMPLE} requests, by ${ENOUGH} where 3 in 100 more fail`,
		...ends,
	];
}

/** Of whatever goes before a canary that runs. */
export function endingFacts(canary: RunningCanary | null): readonly string[] {
	if (canary === null) return [];
	return [
		`Ends the canary ${canary.id} (${shareText(canary.share)} of new visitors): nobody new gets it, whoever is on it stays until they leave`,
	];
}

/** `promote ID --to`: the canary gets more new visitors. */
export function planCanary(fleet: Fleet, name: string, id: string, terms: CanaryTerms): Plan & { target: Deployment } {
	const target = fleet.deployments.find((one) => one.id === id);
	const canary = runningCanary(fleet);
	if (target === undefined) {
		throw usageError(`deployment '${id}' not found`, `List them: pulse-aws status --deployment-name ${name}`);
	}
	if (canary?.id !== id || canary.rollout === null) {
		throw new DeployToolError('deployment-state', `${id} is no canary that runs: it is ${target.state ?? 'unknown'}`, {
			fault: 'user',
			next: `Send all new visitors there: pulse-aws promote ${id}; or deploy that version anew, with --canary.`,
		});
	}
	refuseShares(terms);
	const { rollout } = canary;
	if (terms.share < rollout.share) {
		throw new DeployToolError('canary-share', `${id} has ${shareText(rollout.share)} of new visitors already`, {
			fault: 'user',
			detail: 'A canary is widened only: whoever got it would move back.',
			next: `Give it more, or end it: pulse-aws rollback --deployment-name ${name}`,
		});
	}
	const text = termsText(terms, spanText);
	const isSame = termsText(rollout, spanText) === text;
	const facts = isSame
		? [`It has ${text} already`]
		: [`By now: ${shareText(rollout.share)}`, `Then: ${text}`, 'Whoever has a page keeps it'];
	const steps = isSame ? [] : [widenCanaryStep(id, rollout.beganAt, terms)];
	return {
		...planOf('promote', id, steps, facts),
		title: `Send ${shareText(terms.share)} of new visitors to ${id}`,
		target,
	};
}

/** A rollback beside a canary takes back what was done last: the canary gets no new visitors. */
export function planEndCanary(
	{ id, share }: RunningCanary,
	active: Deployment,
	name: string,
): Plan & { target: Deployment } {
	const facts = [
		`It has ${shareText(share)} of new visitors: from now on nobody new gets it`,
		'Whoever is on it stays until they leave',
		`To move them as well: pulse-aws recall ${id} --deployment-name ${name}`,
	];
	return {
		...planOf('rollback', active.id, [endCanaryStep(id)], facts),
		title: `End the canary ${id}`,
		target: active,
	};
}

/**
 * A rollback from a canary that has halted a moment before would leave the good version for the one before it, and so would one
 * that is typed twice. What was active before began to drain when the active one became that.
 */
export function refuseAfterCanary({ deployments }: Pick<Fleet, 'deployments'>, active: Deployment | null): void {
	const began = (one: Deployment) => one.drainStartedAt ?? 0;
	const drained = deployments.filter(({ state }) => state === 'draining');
	const last = Math.max(0, ...drained.filter((one) => one.neverActive !== true).map(began));
	const ended = drained.find((one) => one.neverActive === true && began(one) > last);
	const before = drained.filter((one) => one.neverActive !== true).sort((a, b) => began(b) - began(a))[0];
	if (ended === undefined || active === null || before === undefined) return;
	throw usageError(
		`the canary ${ended.id} has ended already: new visitors get ${active.id}`,
		`To leave that one as well, name where to: pulse-aws rollback ${before.id}`,
	);
}

function activeOf({ traffic, deployments }: Fleet): Deployment {
	const active = activeDeployment(traffic, deployments);
	if (active === null) throw noActive();
	return active;
}

function refuseShares({ share, next }: CanaryTerms): void {
	const odd = [share, ...next].find((one) => !isDrawable(one));
	if (odd === undefined) return;
	throw usageError(
		`a share of ${shareText(odd)} cannot be drawn by`,
		'The load balancer knows tenths of a percent: 0.1%, 5%, 12.5%.',
	);
}

function noActive(): DeployToolError {
	return usageError('nothing is active yet, beside which a canary could run', 'Leave --canary out: pulse-aws deploy');
}
