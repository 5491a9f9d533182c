import { lateError, NotCommittedError } from 'pulse-deploy-kit/plan/guard';
import type { HistoryEvent } from '../deployments/history-value.ts';
import type { Step } from '../plan/step.ts';
import { deleteRule } from '../platform/delete.ts';
import { readTraffic } from '../platform/traffic.ts';
import { isLockLost } from '../stack/lock.ts';
import { activeDeployment } from '../traffic/traffic.ts';
import type { Perform } from './performers.ts';
import { putBack, putBackTo } from './put-back.ts';
import { isRetired, refuseRetired } from './refuse-retired.ts';
import { made, type Run } from './run.ts';

/** The commit point: before it a failure undoes everything, after it nothing. */
export function switchStep(id: string): Step {
	return { kind: 'switch', id: 'switch', title: `Send new visitors to ${id}`, section: 'Traffic', commitPoint: true };
}

/** An answer that came later than this may be old: the machine slept over it. */
const FRESH_MS = 10_000;
const LOOKS = 3;

/**
 * Sends requests without affinity to the target group of this run. A catch-all that a killed baseline update left behind
 * wins over the default action, so it goes afterwards: until then it still serves the old deployment.
 */
export const switchTraffic: Perform<'switch'> = async (_step, run) => {
	const { aws } = run.session;
	const { listenerArn } = made(run.baseline, 'the baseline');
	const { targetGroupArn } = made(run.target, 'the target group');
	try {
		await agreed(run);
	} catch (error) {
		throw new NotCommittedError(error);
	}
	try {
		await aws.elb.modifyListener({
			ListenerArn: listenerArn,
			DefaultActions: [{ Type: 'forward', TargetGroupArn: targetGroupArn }],
		});
	} catch (error) {
		// A call that failed may have been carried out all the same; where that cannot be told, nothing is undone.
		const now = await readTraffic(aws, listenerArn).catch(() => null);
		if (now === null) throw error;
		if (now.defaultTargetGroupArn !== targetGroupArn) throw new NotCommittedError(error);
	}
	// The machine may have slept between looking and switching: no call of AWS does both.
	const looks = await Promise.allSettled([run.confirmLock(), refuseRetired(run)]);
	const [lost, retired] = looks.map((look) => (look.status === 'rejected' ? look.reason : undefined));
	// What could not be asked is not known; the next write asks for the lock again.
	const error = isLockLost(lost) ? lost : isRetired(retired) ? retired : undefined;
	if (error !== undefined) {
		const back = isLockLost(error)
			? await putBack(run)
			: await putBackTo(run, run.previousTargetGroupArn, 'the deployment before');
		throw back ? new NotCommittedError(error) : error;
	}
	const stood = run.fleet?.traffic.rules.filter((rule) => rule.catchAll) ?? [];
	for (const rule of stood) await deleteRule(aws, rule.arn);
	run.tell(activation(run));
	return undefined;
};

/** What a rollback's target was made of, the history has from when it was deployed. */
function activation({ id, fleet, imageUri: image, request }: Run): HistoryEvent {
	const from = fleet === null ? null : (activeDeployment(fleet.traffic, fleet.deployments)?.id ?? null);
	const { commit = null, message = null, madeOf } = request ?? {};
	return { event: 'activated', id, from, image, commit, message, ...(madeOf === undefined ? {} : { of: madeOf }) };
}

/** Both questions at once, since visitors wait for a rollback. */
async function agreed(run: Run): Promise<void> {
	const { clock } = run.session;
	for (let attempt = 1; attempt <= LOOKS; attempt++) {
		const asked = clock.now();
		await Promise.all([refuseRetired(run), run.confirmLock()]);
		if (clock.now() - asked < FRESH_MS) return;
	}
	throw lateError();
}
