import { unguarded } from 'pulse-deploy-kit/plan/guard';
import { running, type Session } from '../adapters/session.ts';
import type { DeployRequest } from '../config/deploy.ts';
import { planDomainCheck } from '../plan/cut-over.ts';
import type { Plan } from '../plan/step.ts';
import type { Lease } from '../stack/lease.ts';
import { LeaseWatch } from '../stack/lease-watch.ts';
import { executePhases } from '../steps/execute.ts';
import { made, newRun } from '../steps/run.ts';
import { type DeployResult, resultOf } from './deploy-result.ts';
import { lookAndPlan } from './look-and-plan.ts';
import { makeAndCutOver } from './make-and-cut-over.ts';
import { type Agreed, shareAndBuild } from './share-and-build.ts';

export interface DeployMode {
	/** Plan only. */
	readonly dryRun?: boolean;
	/** The CDK app is the user's own: its stack need not be one of ours. */
	readonly ownCdkApp?: boolean;
}

export interface DeployOutcome {
	readonly plan: Plan;
	/** `null` after a dry run. */
	readonly result: DeployResult | null;
}

/**
 * Starts a new deployment beside the running one and sends new visitors to it: look → plan → agree → a new
 * certificate, without a lock where visitors are served → what deployments share, under the deploy lock → make it, under a
 * lease on it alone → cut over under the deploy lock, planned anew → look at its domain.
 */
export async function deploy(
	asked: Session,
	request: DeployRequest,
	{ dryRun = false, ...mode }: DeployMode = {},
): Promise<DeployOutcome> {
	const session = running(asked, 'deploy');
	const { deploymentName: name, overLater } = request;
	const watch = new LeaseWatch(session, name);
	if (dryRun) {
		await watch.settle(session.signal);
		const { plan } = await lookAndPlan(session, request, { ...mode, lock: null, watch, at: session.clock.now() });
		return { plan, result: null };
	}
	const unknown = newRun(session, null, { name, id: '', fleet: null, baseline: null, previousTargetGroupArn: null });
	let lease: Lease | null = null;
	const deploying = executePhases(unknown, session.signal, async (phase) => {
		const onAgreed = ({ run }: Agreed) => {
			({ lease } = run);
		};
		const agreed = await shareAndBuild(session, request, { mode, watch, phase, onAgreed });
		const { plan, run } = agreed;
		const { signal, session: leased, confirm: confirmLock } = made(run.lease, 'the lease').kept;
		const cut = await makeAndCutOver(session, { ...agreed, overLater }, phase);
		if (request.preview !== null) return { plan, result: resultOf(cut) };
		const check = { ...plan, ...planDomainCheck(run.id, cut.previousTargetGroupArn !== null) };
		const done = await phase(check, { guard: unguarded, signal }, { session: leased, confirmLock });
		return { plan, result: resultOf(done) };
	});
	return deploying.finally(() => lease?.end());
}
