import { DeployToolError } from 'pulse-deploy-kit/errors';
import { unguarded } from 'pulse-deploy-kit/plan/guard';
import type { Phase } from 'pulse-deploy-kit/plan/undertake';
import { looking, type Session } from '../adapters/session.ts';
import { LOCK_TTL_MS } from '../deployments/lock-value.ts';
import { type DeployPlan, planCutOver } from '../plan/deploy.ts';
import type { Fleet } from '../plan/observation.ts';
import type { Step } from '../plan/step.ts';
import { idsOf, readFleet } from '../stack/fleet.ts';
import type { Kept } from '../stack/keep-lock.ts';
import type { HeldLock } from '../stack/lock.ts';
import { requireBaseline, settledBaseline } from '../stack/read-baseline.ts';
import type { Run } from '../steps/run.ts';
import { activeDeployment, activeTargetGroup } from '../traffic/traffic.ts';

/** A deployment that was made and answers. */
export interface Prepared {
	readonly plan: DeployPlan;
	/** As it was planned from, under the deploy lock. */
	readonly run: Run;
	/** Its lease. */
	readonly kept: Kept;
	/** Goes before a deploy that was started later. */
	readonly overLater: boolean;
	/** When it did, Unix ms. */
	readonly answeredAt: number;
}

/** Everything is looked at and planned anew: while it was built, another command may have moved visitors. */
export async function cutOver(
	session: Session,
	{ plan, run, kept, overLater, answeredAt }: Prepared,
	{ signal, waited, ...lock }: HeldLock,
	phase: Phase<Step, Run>,
): Promise<Run> {
	// While the lock was waited for, another command may have cleaned up after this one.
	await kept.confirm();
	// A person, or a command that was killed in its update, may be changing the stack.
	const settled = settledBaseline(session, run.name, signal);
	const outputs = await requireBaseline(session, run.name, settled);
	const fleet = await readFleet(looking(session, signal), run.name, outputs);
	const before = activeId(run.fleet);
	const now = activeId(fleet);
	if (now !== null && now !== before && now !== run.id) {
		const known = run.fleet === null ? [] : idsOf(run.fleet);
		if (!known.includes(now) && !overLater) throw wentFirst(now, run.id);
		const text = `Active by now: ${now} (${before ?? 'none'} when this deploy began). Planned anew.`;
		session.host.notify({ level: 'info', text });
	}
	const verified = run.request?.health.waitForHealth === true;
	const { id, certificateArn } = run;
	const isOld = waited || session.clock.now() - answeredAt >= LOCK_TTL_MS;
	const planned = planCutOver(fleet, { id, verified, certificateArn }, isOld);
	return phase(
		{ ...plan, ...planned },
		{ guard: unguarded, signal },
		{
			session: lock.session,
			confirmLock: lock.confirm,
			fleet,
			baseline: outputs,
			previousTargetGroupArn: activeTargetGroup(fleet.traffic),
		},
	);
}

function activeId(fleet: Fleet | null): string | null {
	return fleet === null ? null : (activeDeployment(fleet.traffic, fleet.deployments)?.id ?? null);
}

function wentFirst(first: string, id: string): DeployToolError {
	return new DeployToolError('overtaken', `${first}, which was started after ${id}, went first`, {
		fault: 'user',
		detail: `New visitors stay on ${first}.`,
		next: 'Deploy again if yours is wanted after all; with --over-later it does not give way.',
	});
}
