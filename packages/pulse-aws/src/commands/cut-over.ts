import { unguarded } from 'pulse-deploy-kit/plan/guard';
import type { Phase } from 'pulse-deploy-kit/plan/undertake';
import type { StopSwitch } from 'pulse-deploy-kit/supersede/stop-switch';
import { looking, type Session } from '../adapters/session.ts';
import { LOCK_TTL_MS } from '../deployments/lock-value.ts';
import { type DeployPlan, planCutOver } from '../plan/deploy.ts';
import type { Step } from '../plan/step.ts';
import { readFleet } from '../stack/fleet.ts';
import type { Kept } from '../stack/keep-lock.ts';
import type { HeldLock } from '../stack/lock.ts';
import { requireBaseline, settledBaseline } from '../stack/read-baseline.ts';
import { made, type Run } from '../steps/run.ts';
import { activeTargetGroup } from '../traffic/traffic.ts';
import { giveWay, giveWayToPreview } from './give-way.ts';
import { refuseKind } from './refuse-kind.ts';

/** A deployment that was made and answers. */
export interface Prepared {
	readonly plan: DeployPlan;
	/** As it was planned from, under the deploy lock. */
	readonly run: Run;
	/** Its lease. */
	readonly kept: Kept;
	/** Until then a later deploy may stop it. */
	readonly stop: StopSwitch;
	/** Goes before a deploy that was started later. */
	readonly overLater: boolean;
	/** When it did, Unix ms. */
	readonly answeredAt: number;
}

/** Everything is looked at and planned anew: while it was built, another command may have moved visitors. */
export async function cutOver(
	session: Session,
	{ plan, run, kept, stop, overLater, answeredAt }: Prepared,
	{ signal, waited, ...lock }: HeldLock,
	phase: Phase<Step, Run>,
): Promise<Run> {
	// While the lock was waited for, another command may have cleaned up after this one.
	await kept.confirm();
	stop.settle();
	// A person, or a command that was killed in its update, may be changing the stack.
	const settled = settledBaseline(session, run.name, signal);
	const outputs = await requireBaseline(session, run.name, settled);
	const fleet = await readFleet(looking(session, signal), run.name, outputs);
	const request = made(run.request, 'the request');
	const { preview } = request;
	if (preview === null) giveWay(session.host, run, fleet, overLater);
	else if (!overLater) giveWayToPreview(run, fleet, preview.name, session.clock.now());
	refuseKind(fleet, request);
	const verified = request.health.waitForHealth;
	const { id } = run;
	// An earlier version brings none: visitors go on with the one that they have.
	const certificateArn = request.madeOf === undefined ? run.certificateArn : fleet.traffic.defaultCertificateArn;
	const isOld = waited || session.clock.now() - answeredAt >= LOCK_TTL_MS;
	const planned = planCutOver(fleet, { id, verified, certificateArn, preview, canary: request.canary }, isOld);
	return phase(
		{ ...plan, ...planned },
		{ guard: unguarded, signal },
		{
			session: lock.session,
			confirmLock: lock.confirm,
			tell: lock.tell,
			fleet,
			baseline: outputs,
			previousTargetGroupArn: activeTargetGroup(fleet.traffic),
		},
	);
}
