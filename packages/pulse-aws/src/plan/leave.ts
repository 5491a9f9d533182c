import { shareText } from 'pulse-deploy-kit/canary/share';
import { type Departure, standing } from 'pulse-deploy-kit/departure';
import { DeployToolError, usageError } from 'pulse-deploy-kit/errors';
import type { LeaveTerms } from 'pulse-deploy-kit/leave-settings';
import { type Deployment, isRetiring } from '../deployments/deployment.ts';
import { departStep } from '../steps/depart.ts';
import { endCanaryStep } from '../steps/end-canary.ts';
import { endTasksStep } from '../steps/end-tasks.ts';
import { type InUseReport, useText } from '../task/task-word.ts';
import { activeDeployment } from '../traffic/traffic.ts';
import { runningCanary } from './canary.ts';
import type { Fleet } from './observation.ts';
import { planRollback } from './rollback.ts';
import { settleFirst } from './settle.ts';
import { type Plan, planOf } from './step.ts';

export interface LeaveFacts {
	readonly name: string;
	readonly fleet: Fleet;
	/** As its tasks say; `null` where they do not. */
	readonly left: InUseReport | null;
	/** Unix ms. */
	readonly now: number;
}

export interface LeaveIntent extends LeaveTerms {
	readonly verb: 'recall' | 'drain';
	readonly id: string;
}

export interface LeavePlan {
	readonly plan: Plan;
	/** Where new visitors and those who are left go. */
	readonly active: Deployment;
	readonly rolledBack: boolean;
	/** What was said before. */
	readonly departure: Departure | undefined;
	/** Its tasks are ended at once. */
	readonly ends: boolean;
}

/**
 * Who is left on a deployment moves to the active one. A recall of the active one goes back to the one before first: an
 * operator who is woken by a bad version types one command, and reads one plan. A drain is of one that drains already.
 */
export function planLeave(facts: LeaveFacts, intent: LeaveIntent): LeavePlan {
	const { fleet, now } = facts;
	const { id, verb, time } = intent;
	const active = activeDeployment(fleet.traffic, fleet.deployments);
	if (active === null) {
		throw new DeployToolError('no-active-deployment', 'no deployment is active, so nobody can be moved to it', {
			fault: 'user',
			next: 'Deploy first: pulse-aws deploy',
		});
	}
	const leaving = fleet.deployments.find((one) => one.id === id);
	if (leaving === undefined) {
		const ids = fleet.deployments.map((one) => one.id).join(', ');
		throw usageError(`deployment '${id}' not found`, `There are: ${ids}.`);
	}
	if (leaving.state === 'canary' && leaving !== active) return leaveCanary(facts, leaving, active, intent);
	if (leaving !== active) return { ...planTail(facts, leaving, active, intent), rolledBack: false };
	if (verb === 'drain') throw usageError(`${id} is active`, `To get everybody off it: pulse-aws recall ${id}`);
	if (time === 'back') {
		const plan = planOf('recall', id, [], [`${id} is active, and not recalled`]);
		return { plan, active, rolledBack: false, departure: undefined, ends: false };
	}
	const back = planRollback(fleet, null, now);
	const tail = planTail(facts, leaving, back.target, intent);
	const { plan } = tail;
	const steps = [...back.steps, ...plan.steps];
	const title = `roll back to ${back.target.id} and ${plan.title}`;
	return { ...tail, plan: { ...plan, ...committed(back), title, steps }, rolledBack: true };
}

/** A canary ends first, and then its visitors move to the active one. */
function leaveCanary(facts: LeaveFacts, leaving: Deployment, active: Deployment, intent: LeaveIntent): LeavePlan {
	const { id, verb, time } = intent;
	if (verb === 'drain') {
		throw usageError(
			`${id} is a canary that runs`,
			`End it: pulse-aws rollback; or get everybody off it: pulse-aws recall ${id}`,
		);
	}
	if (time === 'back') {
		const plan = planOf('recall', id, [], [`${id} is a canary, and not recalled`]);
		return { plan, active, rolledBack: false, departure: undefined, ends: false };
	}
	const share = runningCanary(facts.fleet)?.share ?? 0;
	const tail = planTail(
		facts,
		{ ...leaving, state: 'draining', drainStartedAt: facts.now, neverActive: true },
		active,
		intent,
	);
	const { plan } = tail;
	const first = `It has ${shareText(share)} of new visitors: nobody new gets it`;
	const ending = { title: `end the canary and ${plan.title}`, facts: [first, ...plan.facts] };
	return { ...tail, plan: { ...plan, ...ending, steps: [endCanaryStep(id), ...plan.steps] }, rolledBack: false };
}

const committed = ({ committed: said }: Plan) => (said === undefined ? {} : { committed: said });

function planTail(
	{ name, fleet, left, now }: LeaveFacts,
	leaving: Deployment,
	active: Deployment,
	{ id, verb, time, isUsual, timeText, flag }: LeaveIntent,
): Omit<LeavePlan, 'rolledBack'> {
	const departure = standing(leaving.departure);
	const sessions = { count: countOf(left), text: `On it: ${leftText(left)}`, end: true } as const;
	const kept = (facts: readonly string[], steps: Plan['steps'] = [], ends = false) => ({
		plan: {
			...planOf(verb, id, steps, facts),
			...(steps.length === 0 ? {} : { sessions }),
			resume: ['pulse-aws', verb, id, flag, '--deployment-name', name].filter(Boolean).join(' '),
		},
		active,
		departure,
		ends,
	});
	if (leaving.state === 'deploying' || leaving.state === null) {
		throw usageError(`${id} was never active: there is nobody to move`, 'The next deploy removes what is left over.');
	}
	if (leaving.state === 'preview' && leaving.desired > 0) {
		// The tasks of a preview ask no page to leave: its visitors came for it.
		if (time === 'now') return kept(['Its tasks end', 'The reaper deletes the rest'], [endTasksStep(leaving)], true);
		throw usageError(`${id} is a preview: nobody on it is a visitor`, `End it: pulse-aws recall ${id} --now`);
	}
	if (leaving.desired === 0 || isRetiring(leaving, now)) return kept([`${id} is being ended already`]);
	// Where a killed run left it marked active, that is put right first.
	const settled = leaving.state === 'active' && leaving !== active ? settleFirst(fleet) : [];
	const again = verb === 'recall' && isUsual && departure?.recalled === true;
	// The reaper did not come: the command does what it would have done.
	if (time === 'now' || (again && now >= departure.by)) {
		const said =
			time === 'now' ? 'Its pages load anew at once, and its tasks end' : 'Its recall is over; its tasks end';
		const steps = [...settled, ...(time === 'now' ? [departStep(leaving, { withinSeconds: 0 }, true)] : [])];
		return kept([said, 'The reaper deletes the rest'], [...steps, endTasksStep(leaving)], true);
	}
	if (time === 'back') {
		if (departure === undefined) return kept([`${id} is not to be left`]);
		return kept(['Pages that have moved already stay where they are'], [departStep(leaving, null, false)]);
	}
	if (again) return kept([`${id} is recalled already; --within gives it another time`]);
	// One that was recalled stays so, also with another time.
	const recalled = verb === 'recall' || departure?.recalled === true;
	return kept(
		[
			`Its pages move to ${active.id} when that harms nobody, ${timeText} at the latest`,
			recalled
				? 'It is ended when nobody is left, a minute after that at the latest with whatever is still open; a rollback does not choose it any more'
				: 'Whatever is still open a minute after that is cut off, unless it is kept to go back to',
			`Taken back by: pulse-aws ${verb} ${id} --cancel --deployment-name ${name}`,
		],
		[...settled, departStep(leaving, time, recalled)],
	);
}

function leftText(left: InUseReport | null): string {
	return left === null ? 'not known' : (useText(left) ?? 'nobody');
}

function countOf(left: InUseReport | null): number | null {
	if (left === null) return null;
	const { render_sessions = 0, requests = 0, streams = 0, websockets = 0, jobs = 0 } = left;
	return render_sessions + requests + streams + websockets + jobs;
}
