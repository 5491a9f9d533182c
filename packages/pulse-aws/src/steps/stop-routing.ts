import type { Lapsed, Step } from '../plan/step.ts';
import { deleteRule } from '../platform/delete.ts';
import { readRules } from '../platform/traffic.ts';
import { endLapsed } from '../stack/lease-watch.ts';
import { isLockLost } from '../stack/lock.ts';
import { removeCanaryRules } from '../stack/rollout.ts';
import { stillMade } from '../stack/still-made.ts';
import type { Perform } from './performers.ts';
import { putBack } from './put-back.ts';
import { made } from './run.ts';

export function stopRoutingStep(lapsed: Lapsed): Step {
	return {
		kind: 'stop-routing',
		id: 'stop-routing',
		title: 'Stop sending visitors to any deployment',
		section: 'Teardown',
		lapsed,
	};
}

/**
 * Back to the answer of an empty baseline: target groups cannot be deleted while the listener uses them. Deploys that sleep are
 * ended before, so that none builds on in what is deleted, and visitors stay where they are if one is awake by now.
 */
export const stopRouting: Perform<'stop-routing'> = async ({ lapsed }, run) => {
	for (const [id, value] of lapsed) {
		if (!(await endLapsed(run.session, run.name, id, value))) throw stillMade(id, value);
	}
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
	await removeCanaryRules(aws, run.name, listenerArn);
	for (const rule of await readRules(aws, listenerArn)) if (rule.catchAll) await deleteRule(aws, rule.arn);
	return undefined;
};
