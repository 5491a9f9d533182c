import { LAST_CALL_MS, standing } from 'pulse-deploy-kit/departure';
import type { Deployment } from '../deployments/deployment.ts';
import { sumOfUse, useText } from '../task/task-word.ts';
import { activeDeployment, activeTargetGroup } from '../traffic/traffic.ts';
import { type CanaryAction, decideCanary } from './decide-canary.ts';
import type { ReaperFacts, ReaperPolicy } from './facts.ts';
import { orphans } from './orphans.ts';
import { keptToGoBackTo } from './rollback-window.ts';
import { surplusImages, surplusTaskDefinitions } from './surplus.ts';

/** One thing to do. Actions on one deployment are in the order of retirement; each may be repeated. */
export type Action =
	| CanaryAction
	/** The listener sends new visitors there, but a killed deploy never wrote it down. */
	| { readonly kind: 'mark-active'; readonly id: string; readonly serviceArn: string }
	| { readonly kind: 'mark-draining'; readonly id: string; readonly serviceArn: string; readonly since: number }
	| { readonly kind: 'scale-down'; readonly id: string; readonly reason: RetireReason }
	| {
			readonly kind: 'delete-deployment';
			readonly id: string;
			readonly ruleArns: readonly string[];
			readonly targetGroupArns: readonly string[];
			readonly parameters: readonly string[];
	  }
	| {
			readonly kind: 'delete-orphans';
			readonly ruleArns: readonly string[];
			readonly targetGroupArns: readonly string[];
			readonly parameters: readonly string[];
	  }
	| { readonly kind: 'deregister-task-definitions'; readonly arns: readonly string[] }
	| { readonly kind: 'delete-images'; readonly tags: readonly string[] };

/**
 * `recalled`, `drain-deadline`: its time was over, and the last call for its tabs. `preview-over`: its age, or a
 * later preview of its name.
 */
export type RetireReason =
	| 'drained'
	| 'max-age'
	| 'recalled'
	| 'drain-deadline'
	| 'preview-over'
	| 'no-tasks'
	| 'stuck-deploying';
export type KeepReason =
	| 'active'
	| 'deploying'
	| 'canary'
	| 'draining-young'
	| 'in-use'
	| 'task-silent'
	| 'word-unproven'
	| 'rollback-window'
	| 'preview'
	| 'stopping'
	| 'unmarked';

export interface KeptDeployment {
	readonly id: string;
	readonly reason: KeepReason;
	/** What holds it, as its tasks say; absent where they do not. */
	readonly detail?: string;
}

export interface Decision {
	readonly actions: readonly Action[];
	/** Why each deployment that stays stays. */
	readonly kept: readonly KeptDeployment[];
	/** Set when the facts contradict each other: then nothing is done. */
	readonly refused: string | null;
}

/**
 * Which deployments go and which stay. The listener is the truth: what it sends new visitors to is never touched. Where
 * it sends them nowhere known while something claims to be active, nothing is done at all.
 */
export function decide(facts: ReaperFacts, policy: ReaperPolicy, now: number): Decision {
	const active = activeDeployment(facts.traffic, facts.deployments);
	const refused = contradiction(facts, active);
	if (refused !== null) return { actions: [], kept: [], refused };
	const canary = decideCanary(facts, active, now);
	const actions: Action[] = canary === null ? [] : [canary];
	const kept: KeptDeployment[] = [];
	const others = facts.deployments.filter((deployment) => deployment !== active);
	const windows = keptToGoBackTo(others, policy);
	for (const deployment of facts.deployments) {
		const isKept = now < (windows.get(deployment.id) ?? 0);
		const verdict = deployment === active ? judgeActive(deployment) : judge(deployment, facts, { policy, now, isKept });
		if (verdict.action !== null) actions.push(verdict.action);
		if (verdict.keep !== null) kept.push({ id: deployment.id, reason: verdict.keep, ...detailOf(verdict.detail) });
	}
	const lost = orphans(facts, policy, now);
	if (lost !== null) actions.push({ kind: 'delete-orphans', ...lost });
	const arns = surplusTaskDefinitions(facts, policy, now);
	if (arns.length > 0) actions.push({ kind: 'deregister-task-definitions', arns });
	const tags = surplusImages(facts, policy, now);
	if (tags.length > 0) actions.push({ kind: 'delete-images', tags });
	return { actions, kept, refused: null };
}

/** Why nothing at all is done. */
export function contradiction(
	facts: Pick<ReaperFacts, 'traffic' | 'deployments'>,
	active: Deployment | null,
): string | null {
	if (active !== null) return null;
	const target = activeTargetGroup(facts.traffic);
	if (target !== null) return `the load balancer forwards to ${target}, which no service of this deployment has`;
	const claimant = facts.deployments.find((deployment) => deployment.state === 'active');
	return claimant ? `${claimant.id} is marked active, but the load balancer sends no visitor to it` : null;
}

interface Judgement {
	readonly action: Action | null;
	readonly keep: KeepReason | null;
	readonly detail?: string | null;
}

const keep = (reason: KeepReason, detail: string | null = null): Judgement => ({ action: null, keep: reason, detail });
const detailOf = (detail: string | null | undefined) => (detail ? { detail } : {});

function judgeActive(deployment: Deployment): Judgement {
	const right = deployment.state === 'active' && deployment.drainStartedAt === null;
	const action: Action = { kind: 'mark-active', id: deployment.id, serviceArn: deployment.serviceArn };
	return { action: right ? null : action, keep: 'active' };
}

interface Terms {
	readonly policy: ReaperPolicy;
	readonly now: number;
	/** To go back to. */
	readonly isKept: boolean;
}

function judge(deployment: Deployment, facts: ReaperFacts, { policy, now, isKept }: Terms): Judgement {
	const { id, serviceArn, state } = deployment;
	switch (state) {
		case null:
			// Not tagged by pulse-aws: a service of the user's own making in this cluster.
			return keep('unmarked');
		case 'active':
			return { action: { kind: 'mark-draining', id, serviceArn, since: now }, keep: 'draining-young' };
		case 'canary':
			return keep('canary');
		case 'deploying':
			if (now - deployment.createdAt < policy.deployingMs) return keep('deploying');
			return retire(deployment, facts, 'stuck-deploying');
		case 'preview':
			if (deployment.desired === 0) return retire(deployment, facts, 'preview-over');
			return isOver(deployment, now)
				? retire(deployment, facts, 'preview-over')
				: keep('preview', deployment.preview?.name);
		case 'draining': {
			const since = deployment.drainStartedAt;
			if (deployment.desired === 0) return retire(deployment, facts, 'drained');
			if (since === null) {
				return { action: { kind: 'mark-draining', id, serviceArn, since: now }, keep: 'draining-young' };
			}
			const longest = isKept ? Math.max(policy.maxDrainMs, policy.rollbackWindowMs) : policy.maxDrainMs;
			const why = drainEnd(deployment, since, facts, { ...policy, maxDrainMs: longest }, now);
			if (typeof why !== 'string') return keep(why.keep, why.detail);
			return isKept ? keep('rollback-window') : retire(deployment, facts, why);
		}
	}
}

function drainEnd(
	deployment: Deployment,
	since: number,
	facts: ReaperFacts,
	policy: ReaperPolicy,
	now: number,
): RetireReason | { keep: KeepReason; detail?: string | null } {
	const age = now - since;
	if (age >= policy.maxDrainMs) return 'max-age';
	const over = departureOver(deployment, now);
	if (over !== null) return over;
	if (age < policy.minDrainMs) return { keep: 'draining-young' };
	const tasks = facts.tasks.get(deployment.id) ?? [];
	if (tasks.length === 0) return deployment.running + deployment.pending === 0 ? 'no-tasks' : { keep: 'task-silent' };
	const said = tasks.map((task) =>
		facts.parameters.find((one) => one.deploymentId === deployment.id && one.taskId === task),
	);
	if (said.includes(undefined)) return { keep: 'task-silent' };
	if (!said.every((one) => one?.value === 'draining'))
		return { keep: 'in-use', detail: useText(sumOfUse(said.map((one) => one?.value ?? ''))) };
	// A task of another deployment, taken over by an attacker, can write here too; its word counts for itself alone.
	return said.every((one) => one?.writtenBy === one?.taskId) ? 'drained' : { keep: 'word-unproven' };
}

/** One that lost the tag with its time, by hand, is over: no other moment is known. */
export function isOver({ preview }: Deployment, now: number): boolean {
	return preview === undefined || now >= preview.until;
}

/** Its tasks told its pages, and gave them a last call. */
export function departureOver({ departure }: Deployment, now: number): 'recalled' | 'drain-deadline' | null {
	const left = standing(departure);
	if (left === undefined || now < left.by + LAST_CALL_MS) return null;
	return left.recalled ? 'recalled' : 'drain-deadline';
}

/** First the tasks end, then, on a later run, everything goes. Taking the rule first stalls ECS (containers-roadmap#2196). */
function retire(deployment: Deployment, facts: ReaperFacts, reason: RetireReason): Judgement {
	const { id } = deployment;
	if (deployment.desired > 0) return { action: { kind: 'scale-down', id, reason }, keep: null };
	if (deployment.running + deployment.pending > 0) return keep('stopping');
	const rules = facts.traffic.rules.filter((rule) => rule.deploymentId === id);
	const groups = new Set(facts.targetGroups.filter((group) => group.deploymentId === id).map((group) => group.arn));
	if (deployment.targetGroupArn !== null) groups.add(deployment.targetGroupArn);
	const parameters = facts.parameters.filter((one) => one.deploymentId === id).map((one) => one.name);
	return {
		action: {
			kind: 'delete-deployment',
			id,
			ruleArns: rules.map((rule) => rule.arn),
			targetGroupArns: [...groups],
			parameters,
		},
		keep: null,
	};
}
