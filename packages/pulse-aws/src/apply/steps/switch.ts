import { deleteRule } from '../../platform/delete.ts';
import { readRules, readTraffic } from '../../platform/traffic.ts';
import { made, type Run } from '../run.ts';

/**
 * Sends requests without affinity to the target group of this run. A catch-all that a killed baseline update left behind
 * wins over the default action, so it goes afterwards: until then it still serves the old deployment.
 */
export async function switchTraffic(run: Run): Promise<undefined> {
	const { aws } = run.session;
	const { listenerArn } = made(run.baseline, 'the baseline');
	const { targetGroupArn } = made(run.target, 'the target group');
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
	const stood = run.fleet?.traffic.rules.filter((rule) => rule.catchAll) ?? [];
	for (const rule of stood) await deleteRule(aws, rule.arn);
}

/** Back to the answer of an empty baseline: target groups cannot be deleted while the listener uses them. */
export async function stopRouting(run: Run): Promise<undefined> {
	const { aws } = run.session;
	const { listenerArn } = made(run.baseline, 'the baseline');
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
	for (const rule of await readRules(aws, listenerArn)) if (rule.catchAll) await deleteRule(aws, rule.arn);
}
