import { agreeUnderLock } from 'pulse-deploy-kit/plan/agreement';
import { running, type Session } from '../adapters/session.ts';
import { planEndCanary, refuseAfterCanary, runningCanary } from '../plan/canary.ts';
import { planRollback } from '../plan/rollback.ts';
import type { Plan } from '../plan/step.ts';
import { type HeldLock, withDeployLock } from '../stack/lock.ts';
import { type Existing, existing, requireBaseline } from '../stack/read-baseline.ts';
import { execute } from '../steps/execute.ts';
import { runTo } from '../steps/run.ts';
import { activeDeployment } from '../traffic/traffic.ts';
import { agreementOf } from './agreement.ts';

export interface RollbackRequest {
	readonly deploymentName: string;
	/** `null`: the one that was active before. */
	readonly deploymentId: string | null;
	readonly dryRun: boolean;
}

export interface RollbackResult {
	readonly deployment_id: string;
	readonly service_arn: string;
	readonly target_group_arn: string;
	readonly marked_draining: readonly string[];
	/** The deployment whose version it was made of anew; `null`: it ran. */
	readonly made_of: string | null;
	/** The canary that no new visitor gets any more. */
	readonly ended_canary: string | null;
}

export interface RollbackOutcome {
	readonly plan: Plan;
	/** `null` after a dry run. */
	readonly result: RollbackResult | null;
}

/** Sends new visitors back to a deployment that still runs, after asking whether it is healthy. */
export async function rollback(session: Session, request: RollbackRequest): Promise<RollbackOutcome> {
	const name = request.deploymentName;
	const before = requireBaseline(session, name);
	const look = async () => existing(session, name, await before);
	const planOf = (fleet: Existing['fleet']) => {
		const active = activeDeployment(fleet.traffic, fleet.deployments);
		const canary = runningCanary(fleet);
		const takesBack = canary !== null && (request.deploymentId ?? active?.id) === active?.id;
		if (takesBack && active !== null) return planEndCanary(canary, active, name);
		if (request.deploymentId === null) refuseAfterCanary(fleet, active);
		return planRollback(fleet, request.deploymentId, session.clock.now());
	};
	const planned = ({ outputs, fleet }: Existing) => ({
		outputs,
		fleet,
		plan: planOf(fleet),
	});
	if (request.dryRun) return { plan: planned(await look()).plan, result: null };
	return agreeUnderLock({
		agreement: agreementOf(session),
		// A mistyped name must not leave a lock behind.
		lock: (work) =>
			withDeployLock(running(session, 'rollback'), name, (lock) => work(lock, false), { first: before, look }),
		propose: async ({ looked }: HeldLock<Existing>) => {
			const { outputs, fleet, plan } = planned(await (looked ?? look()));
			// No visitor loses a session by it; hence yes is the default.
			const question = { text: `Send new visitors back to ${plan.target.id}?`, default: true };
			return { plan, questions: [question], outputs, fleet };
		},
		carryOut: async ({ plan, outputs, fleet }, lock) => {
			const { target } = plan;
			const start = runTo(target, session, lock, { name, fleet, outputs });
			const run = await execute(plan, start, lock.signal);
			return {
				plan,
				result: {
					deployment_id: target.id,
					service_arn: target.serviceArn,
					target_group_arn: target.targetGroupArn ?? '',
					marked_draining: run.draining.map((one) => one.id),
					made_of: null,
					ended_canary: runningCanary(fleet)?.id ?? null,
				},
			};
		},
	});
}
