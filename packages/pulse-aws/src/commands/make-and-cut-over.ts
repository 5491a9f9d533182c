import { unguarded } from 'pulse-deploy-kit/plan/guard';
import type { Phase } from 'pulse-deploy-kit/plan/undertake';
import type { Session } from '../adapters/session.ts';
import type { Step } from '../plan/step.ts';
import { withDeployLock } from '../stack/lock.ts';
import { made, type Run } from '../steps/run.ts';
import { cutOver } from './cut-over.ts';
import type { Agreed } from './share-and-build.ts';

/** What holds for a deployment whose id was taken: it is made under its lease, and then visitors are moved under the deploy lock. */
export async function makeAndCutOver(
	session: Session,
	{ plan, run, overLater }: Agreed & { readonly overLater: boolean },
	phase: Phase<Step, Run>,
): Promise<Run> {
	const { kept, stop } = made(run.lease, 'the lease');
	const { session: leased, confirm: confirmLock } = kept;
	const signal = AbortSignal.any([kept.signal, stop.signal]);
	await phase({ ...plan, steps: plan.preparing }, { guard: unguarded, signal }, { session: leased, confirmLock });
	const answeredAt = session.clock.now();
	return withDeployLock({ ...session, signal }, run.name, (lock) =>
		cutOver(session, { plan, run, kept, stop, overLater, answeredAt }, lock, phase),
	);
}
