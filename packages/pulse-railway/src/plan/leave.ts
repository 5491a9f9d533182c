import { shareText } from 'pulse-deploy-kit/canary/share';
import type { Departure } from 'pulse-deploy-kit/departure';
import { DeployToolError } from 'pulse-deploy-kit/errors';
import type { LeaveTerms } from 'pulse-deploy-kit/leave-settings';
import type { Canary } from '../deployments/canary.ts';
import { ActiveDeploymentError, CanaryRunsError } from '../deployments/errors.ts';
import { ACTIVE_DEPLOYMENT_VARIABLE } from '../protocol.ts';
import { durableActiveId } from '../stack/durable.ts';
import { endCanaryStep } from '../steps/end-canary.ts';
import type { DeleteFacts } from './delete.ts';
import { planTail } from './leave-tail.ts';
import { planPromote, previousActive } from './promote.ts';
import type { Plan } from './step.ts';
import type { WhoIsLeft } from './who-is-left.ts';

export interface LeaveFacts extends DeleteFacts {
	readonly left: WhoIsLeft;
	/** The router's clock, Unix milliseconds. */
	readonly now: number;
	/** An older router knows nothing of it. */
	readonly routerKnows: boolean;
}

export interface LeaveIntent extends LeaveTerms {
	readonly verb: 'recall' | 'drain';
	readonly id: string;
}

export interface LeavePlan {
	readonly plan: Plan;
	/** Where new visitors and those who are left go. */
	readonly activeId: string;
	readonly rolledBack: boolean;
	/** What was said before. */
	readonly departure: Departure | undefined;
	readonly deletes: boolean;
}

/**
 * Who is left on a deployment moves to the active one. A recall of the active one goes back to the one before first: an
 * operator who is woken by a bad version types one command, and reads one plan. A drain is of one that drains already.
 */
export function planLeave(facts: LeaveFacts, intent: LeaveIntent): LeavePlan {
	const { observation, live, routerService } = facts;
	const { id, verb, time } = intent;
	if (id === live.canary?.id) return leaveCanary(facts, live.canary, intent);
	if (id !== live.activeId) {
		if (id !== durableActiveId(observation)) return planTail(facts, intent);
		throw new DeployToolError('deployment-state', `the promotion of ${id} was interrupted`, {
			fault: 'user',
			next: `Go back first: pulse-railway rollback --service ${routerService}`,
		});
	}
	if (verb === 'drain') throw new ActiveDeploymentError(id);
	if (time === 'back') {
		const plan: Plan = { title: `Keep ${id}`, facts: [`${id} is active, and not recalled`], warnings: [], steps: [] };
		return { plan, activeId: id, rolledBack: false, departure: undefined, deletes: false };
	}
	const target = previousActive(facts);
	if (target === id) {
		throw new DeployToolError('deployment-state', `the promotion of ${durableActiveId(observation)} was interrupted`, {
			fault: 'user',
			next: `Finish it first: pulse-railway promote ${durableActiveId(observation)} --service ${routerService}; or take it back: pulse-railway rollback --service ${routerService}`,
		});
	}
	const back = planPromote({ ...facts, activeSessions: null }, target);
	const tail = planTail(afterwards(facts, target), intent);
	const plan: Plan = {
		...tail.plan,
		title: `Roll back to ${target} and ${lowered(tail.plan.title)}`,
		facts: [...back.facts, ...tail.plan.facts],
		steps: [...back.steps, ...tail.plan.steps],
	};
	return { ...tail, plan, rolledBack: true };
}

/** A canary ends first, and then its visitors move to the active one. */
function leaveCanary(facts: LeaveFacts, canary: Canary, intent: LeaveIntent): LeavePlan {
	const { live, now } = facts;
	const { id } = canary;
	const { activeId } = live;
	if (intent.verb === 'drain') throw new CanaryRunsError(id, 'drain');
	if (intent.time === 'back' || activeId === null) {
		const plan: Plan = { title: `Keep ${id}`, facts: [`${id} is a canary, and not recalled`], warnings: [], steps: [] };
		return { plan, activeId: activeId ?? '', rolledBack: false, departure: undefined, deletes: false };
	}
	const { canary: _, ...ended } = live;
	const deployments = live.deployments.map((record) =>
		record.id === id
			? { ...record, state: 'draining' as const, drainStartedAt: now, neverActive: true as const }
			: record,
	);
	const tail = planTail({ ...facts, live: { ...ended, deployments } }, intent);
	const plan: Plan = {
		...tail.plan,
		title: `End the canary and ${lowered(tail.plan.title)}`,
		facts: [`It has ${shareText(canary.share)} of new visitors: nobody new gets it`, ...tail.plan.facts],
		steps: [endCanaryStep(id, canary.beganAt), ...tail.plan.steps],
	};
	return { ...tail, plan };
}

function lowered(title: string): string {
	return `${title.slice(0, 1).toLowerCase()}${title.slice(1)}`;
}

/** As it stands once new visitors are sent to that one. */
function afterwards(facts: LeaveFacts, activeId: string): LeaveFacts {
	const { live, observation, now } = facts;
	const deployments = live.deployments.map((record) => {
		if (record.id === live.activeId) return { ...record, state: 'draining' as const, drainStartedAt: now };
		return record.id === activeId ? { ...record, state: 'active' as const } : record;
	});
	const sharedVariables = { ...observation.sharedVariables, [ACTIVE_DEPLOYMENT_VARIABLE]: activeId };
	return {
		...facts,
		live: { ...live, activeId, deployments },
		observation: { ...observation, sharedVariables },
	};
}
