import { agreeUnderLock } from 'pulse-deploy-kit/plan/agreement';
import { unguarded } from 'pulse-deploy-kit/plan/guard';
import { running, type Session } from '../adapters/session.ts';
import type { DeployRequest } from '../config/deploy.ts';
import { stackName } from '../deployments/names.ts';
import type { EnsurePlan } from '../plan/ensure.ts';
import { creates } from '../plan/standing.ts';
import { type HeldLock, withDeployLock } from '../stack/lock.ts';
import { requireBaseline } from '../stack/read-baseline.ts';
import { executePhases } from '../steps/execute.ts';
import type { Run } from '../steps/run.ts';
import { agreementOf } from './agreement.ts';
import type { DeployMode } from './deploy.ts';
import { questions } from './look-and-plan.ts';
import { type EnsureLook, lookAndPlanEnsure } from './look-and-plan-ensure.ts';

export interface EnsureResult {
	readonly deployment_name: string;
	readonly region: string;
	readonly stack: string;
	/** Something was created or updated. */
	readonly changed: boolean;
	/** Where the domain is to lead. */
	readonly alb_dns_name: string;
	readonly certificate_arn: string;
}

export interface EnsureOutcome {
	readonly plan: EnsurePlan;
	/** `null` after a dry run. */
	readonly result: EnsureResult | null;
}

/**
 * Makes the baseline where there is none, and brings it to what was asked where it differs (contract A3.7). Where it does not, that
 * is all there is to it: nothing is written, and no lock is taken.
 */
export async function ensure(
	asked: Session,
	request: DeployRequest,
	{ dryRun = false, ownCdkApp = false }: DeployMode = {},
): Promise<EnsureOutcome> {
	const session = running(asked, 'ensure');
	const first = await lookAndPlanEnsure(session, request, { ownCdkApp, lock: null });
	if (dryRun) return { plan: first.plan, result: null };
	if (first.plan.steps.length === 0) return { plan: first.plan, result: resultOf(first.run, false) };
	return executePhases(first.run, session.signal, async (phase) => {
		const under = (now: DeployRequest, earlier: EnsureLook | null) =>
			agreeUnderLock({
				agreement: agreementOf(session),
				lock: (work) => withDeployLock(session, request.deploymentName, (lock) => work(lock, false)),
				async propose(lock: HeldLock) {
					// The yes to the first plan covers no records that were changed since.
					const dns = earlier?.run.dns;
					const seen = await lookAndPlanEnsure(session, now, { ownCdkApp, lock, dns });
					// What a teardown has taken meanwhile is not made again.
					if (earlier !== null && seen.run.fleet === null) await requireBaseline(session, request.deploymentName);
					if (seen.plan.steps.some(({ kind }) => kind === 'deploy-baseline')) session.baseline.check();
					return { ...seen, questions: earlier === null ? questionsOf(request.deploymentName, seen.plan) : [] };
				},
				async carryOut({ plan, run }, lock) {
					if (plan.certifying.length > 0) return { plan, run, done: null };
					const done = await phase({ ...plan, steps: plan.changing }, { guard: unguarded, signal: lock.signal }, run);
					return { plan, run, done };
				},
			});
		const agreed = await under(request, null);
		if (agreed.done !== null) return { plan: agreed.plan, result: resultOf(agreed.done, agreed.plan.steps.length > 0) };
		// A certificate may take most of an hour, and a rollback must not wait for it.
		const unlocked = { ...agreed.run, session, confirmLock: async () => {} };
		const certifying = { ...agreed.plan, steps: agreed.plan.certifying };
		const { certificateArn } = await phase(certifying, { guard: unguarded, signal: session.signal }, unlocked);
		const { done, run } = await under({ ...request, certificateArn }, agreed);
		return { plan: agreed.plan, result: resultOf(done ?? run, true) };
	});
}

function questionsOf(name: string, plan: EnsurePlan) {
	const { steps } = plan;
	const changes = steps.length > 0 && !creates(steps);
	const update = { text: `Bring the baseline of ${name} to this?`, default: true };
	return [...(changes ? [update] : []), ...questions(name, plan)];
}

function resultOf({ name, baseline, certificateArn, session }: Run, changed: boolean): EnsureResult {
	return {
		deployment_name: name,
		region: session.aws.region,
		stack: stackName(name),
		changed,
		alb_dns_name: baseline?.albDnsName ?? '',
		certificate_arn: certificateArn ?? '',
	};
}
