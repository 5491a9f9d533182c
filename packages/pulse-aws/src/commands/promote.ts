import type { CanaryTerms } from 'pulse-deploy-kit/canary/settings';
import { agreeUnderLock } from 'pulse-deploy-kit/plan/agreement';
import { goOn } from 'pulse-deploy-kit/plan/proposal';
import { running, type Session } from '../adapters/session.ts';
import { planCanary, runningCanary } from '../plan/canary.ts';
import { planRollback } from '../plan/rollback.ts';
import { settleFirst } from '../plan/settle.ts';
import { type Plan, planOf } from '../plan/step.ts';
import { type HeldLock, withDeployLock } from '../stack/lock.ts';
import { type Existing, existing, requireBaseline } from '../stack/read-baseline.ts';
import { execute } from '../steps/execute.ts';
import { runTo } from '../steps/run.ts';
import { activeDeployment } from '../traffic/traffic.ts';
import { agreementOf } from './agreement.ts';

export interface PromoteRequest {
	readonly deploymentName: string;
	readonly deploymentId: string;
	/** As a canary it gets a larger share; `undefined`: it gets all new visitors. */
	readonly canary: CanaryTerms | undefined;
	readonly dryRun: boolean;
}

export interface PromoteResult {
	readonly deployment_id: string;
	readonly previous_deployment_id: string | null;
	readonly marked_draining: readonly string[];
	/** Percent of new visitors that it gets as a canary; `null`: it is active. */
	readonly canary_percent: number | null;
	/** The canary that no new visitor gets any more. */
	readonly ended_canary: string | null;
}

/** A canary gets a larger share of new visitors, or all of them, as any deployment that still runs may. */
export async function promote(
	session: Session,
	request: PromoteRequest,
): Promise<{ plan: Plan; result: PromoteResult | null }> {
	const { deploymentName: name, deploymentId: id, canary: terms } = request;
	const before = requireBaseline(session, name);
	const look = async () => existing(session, name, await before);
	const planned = ({ outputs, fleet }: Existing) => {
		const active = activeDeployment(fleet.traffic, fleet.deployments);
		return { outputs, fleet, active, plan: planOfIt(fleet) };
	};
	const planOfIt = (fleet: Existing['fleet']) => {
		if (terms !== undefined) return planCanary(fleet, name, id, terms);
		const target = fleet.deployments.find((one) => one.id === id);
		const isDone = target?.state === 'active' && activeDeployment(fleet.traffic, fleet.deployments) === target;
		// A promotion that was interrupted after that is finished.
		if (target !== undefined && isDone)
			return { ...planOf('promote', id, settleFirst(fleet), [`${id} is already active`]), target };
		const plan = planRollback(fleet, id, session.clock.now());
		return { ...plan, verb: 'promote' as const, title: `Promote ${id}` };
	};
	if (request.dryRun) return { plan: planned(await look()).plan, result: null };
	return agreeUnderLock({
		agreement: agreementOf(session),
		lock: (work) =>
			withDeployLock(running(session, 'promote'), name, (lock) => work(lock, false), { first: before, look }),
		propose: async ({ looked }: HeldLock<Existing>) => {
			const proposal = planned(await (looked ?? look()));
			return { ...proposal, questions: goOn(proposal.plan) };
		},
		carryOut: async ({ plan, outputs, fleet, active }, lock) => {
			const run = await execute(plan, runTo(plan.target, session, lock, { name, fleet, outputs }), lock.signal);
			const ran = runningCanary(fleet);
			const goesOn = ran === null || ran.id === id || plan.steps.length === 0;
			return {
				plan,
				result: {
					deployment_id: id,
					previous_deployment_id: active?.id ?? null,
					marked_draining: run.draining.map((one) => one.id),
					canary_percent: terms === undefined ? null : terms.share / 100,
					ended_canary: goesOn ? null : ran.id,
				},
			};
		},
	});
}
