import type { CanaryTerms } from 'pulse-deploy-kit/canary/settings';
import { shareText } from 'pulse-deploy-kit/canary/share';
import { DeployToolError } from 'pulse-deploy-kit/errors';
import { awsClock } from '../adapters/session.ts';
import type { Step } from '../plan/step.ts';
import { readTraffic } from '../platform/traffic.ts';
import { readRunningRollout, setShare } from '../stack/rollout.ts';
import { canaryTraffic } from '../traffic/canary-rules.ts';
import type { Perform } from './performers.ts';
import { made } from './run.ts';

/** @param beganAt of that rollout alone */
export function widenCanaryStep(id: string, beganAt: number, terms: CanaryTerms): Step {
	const title = `Send ${shareText(terms.share)} of new visitors to ${id}`;
	return { kind: 'widen-canary', id: 'widen-canary', title, section: 'Traffic', beganAt, terms };
}

/** Looks again right before: the reaper may have halted it, which no late command takes back. */
export const widenCanary: Perform<'widen-canary'> = async ({ beganAt, terms }, run) => {
	const { aws } = run.session;
	const { listenerArn } = made(run.baseline, 'the baseline');
	const [traffic, rollout] = await Promise.all([readTraffic(aws, listenerArn), readRunningRollout(aws, run.name)]);
	const rules = canaryTraffic(traffic);
	if (rules === null || rollout?.id !== run.id || rollout.beganAt !== beganAt) {
		throw new DeployToolError('canary-over', `the canary ${run.id} has ended`, {
			fault: 'user',
			next: `See why: pulse-aws history ${run.id} --deployment-name ${run.name}`,
		});
	}
	const grows = terms.share > rollout.share;
	await setShare(aws, run.name, rules, {
		...rollout,
		...terms,
		sharedAt: grows ? awsClock(run.session).now() : rollout.sharedAt,
	});
	if (grows) run.tell({ event: 'widened', id: run.id, percent: terms.share / 100 });
	return undefined;
};
