import { DeployToolError } from 'pulse-deploy-kit/errors';
import { unguarded } from 'pulse-deploy-kit/plan/guard';
import type { Phase } from 'pulse-deploy-kit/plan/undertake';
import type { Session } from '../adapters/session.ts';
import { type DeployPlan, planCutOver } from '../plan/deploy.ts';
import type { Fleet } from '../plan/observation.ts';
import type { Step } from '../plan/step.ts';
import { idsOf } from '../stack/fleet.ts';
import type { Kept } from '../stack/keep-lock.ts';
import type { HeldLock } from '../stack/lock.ts';
import { existing } from '../stack/read-baseline.ts';
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
}

/** Everything is looked at and planned anew: while it was built, another command may have moved visitors. */
export async function cutOver(
	session: Session,
	{ plan, run, kept, overLater }: Prepared,
	{ signal, waited, ...lock }: HeldLock,
	phase: Phase<Step, Run>,
): Promise<Run> {
	// While the lock was waited for, another command may have cleaned up after this one.
	await kept.confirm();
	const { outputs, fleet } = await existing({ ...session, signal }, run.name);
	const before = activeId(run.fleet);
	const now = activeId(fleet);
	if (now !== null && now !== before && now !== run.id) {
		const known = run.fleet === null ? [] : idsOf(run.fleet);
		if (!known.includes(now) && !overLater) throw wentFirst(now, run.id);
		const text = `Active by now: ${now} (${before ?? 'none'} when this deploy began). Planned anew.`;
		session.host.notify({ level: 'info', text });
	}
	const verified = run.request?.health.waitForHealth === true;
	const planned = planCutOver(fleet, { id: run.id, verified }, waited);
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
