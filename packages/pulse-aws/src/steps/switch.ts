import { deleteRule } from '../platform/delete.ts';
import { readRules, readTraffic } from '../platform/traffic.ts';
import { isLockLost } from '../stack/lock.ts';
import { putBack, putBackTo } from './put-back.ts';
import { isRetired, refuseRetired } from './refuse-retired.ts';
import { made, type Run } from './run.ts';

/**
 * Sends requests without affinity to the target group of this run. A catch-all that a killed baseline update left behind
 * wins over the default action, so it goes afterwards: until then it still serves the old deployment.
 */
export async function switchTraffic(run: Run): Promise<undefined> {
	const { aws } = run.session;
	const { listenerArn } = made(run.baseline, 'the baseline');
	const { targetGroupArn } = made(run.target, 'the target group');
	await refuseRetired(run);
	await run.confirmLock();
	try {
		await aws.elb.modifyListener({
			ListenerArn: listenerArn,
			DefaultActions: [{ Type: 'forward', TargetGroupArn: targetGroupArn }],
		});
	} catch (error) {
		// A call that failed may have been carried out all the same; where that cannot be told, nothing is undone.
		const now = await readTraffic(aws, listenerArn).catch(() => null);
		run.committed = now === null;
		if (now?.defaultTargetGroupArn !== targetGroupArn) throw error;
	}
	run.committed = true;
	// The machine may have slept between looking and switching: no call of AWS does both.
	try {
		await run.confirmLock();
		await refuseRetired(run);
	} catch (error) {
		if (isLockLost(error)) await putBack(run);
		if (isRetired(error)) await putBackTo(run, run.previousTargetGroupArn, 'the deployment before');
		// Whether the lock was lost is not known; the next write asks again.
		if (isLockLost(error) || isRetired(error)) throw error;
	}
	const stood = run.fleet?.traffic.rules.filter((rule) => rule.catchAll) ?? [];
	for (const rule of stood) await deleteRule(aws, rule.arn);
}

/** Back to the answer of an empty baseline: target groups cannot be deleted while the listener uses them. */
export async function stopRouting(run: Run): Promise<undefined> {
	const { aws } = run.session;
	const { listenerArn } = made(run.baseline, 'the baseline');
	await run.confirmLock();
	await aws.elb.modifyListener({
		ListenerArn: listenerArn,
		DefaultActions: [
			{
				Type: 'fixed-response',
				FixedResponseConfig: {
					StatusCode: '503',
					ContentType: 'application/json',
					MessageBody: JSON.stringify({ status: 'draining' }),
				},
			},
		],
	});
	await run.confirmLock().catch(async (error: unknown) => {
		if (isLockLost(error)) await putBack(run);
		throw error;
	});
	for (const rule of await readRules(aws, listenerArn)) if (rule.catchAll) await deleteRule(aws, rule.arn);
}
