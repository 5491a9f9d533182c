import type { Step } from '../plan/step.ts';
import { deleteRule } from '../platform/delete.ts';
import { readRules } from '../platform/traffic.ts';
import { isLockLost } from '../stack/lock.ts';
import type { Perform } from './performers.ts';
import { putBack } from './put-back.ts';
import { made } from './run.ts';

export function stopRoutingStep(): Step {
	return {
		kind: 'stop-routing',
		id: 'stop-routing',
		title: 'Stop sending visitors to any deployment',
		section: 'Teardown',
	};
}

/** Back to the answer of an empty baseline: target groups cannot be deleted while the listener uses them. */
export const stopRouting: Perform<'stop-routing'> = async (_step, run) => {
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
	return undefined;
};
