import type { Report } from 'pulse-deploy-kit/plan/perform';
import type { Deployment } from '../deployments/deployment.ts';
import type { Lapsed, Step } from '../plan/step.ts';
import { describeDeployments } from '../platform/services.ts';
import { readTraffic } from '../platform/traffic.ts';
import { endLapsed } from '../stack/lease-watch.ts';
import { canaryTraffic } from '../traffic/canary-rules.ts';
import { activeDeployment } from '../traffic/traffic.ts';
import type { Perform } from './performers.ts';
import { removeAllOf } from './remove-deployments.ts';
import { made, type Run } from './run.ts';

export function removeLeftoversStep(ids: readonly string[], why: string, lapsed: Lapsed): Step {
	return {
		kind: 'remove-leftovers',
		id: 'remove-leftovers',
		title: `Remove ${ids.join(', ')} (${why})`,
		section: 'What is left over',
		ids,
		lapsed,
	};
}

export const removeLeftovers: Perform<'remove-leftovers'> = async ({ ids, lapsed }, run, signal, tell) => {
	const awake: string[] = [];
	for (const [id, value] of lapsed) if (!(await endLapsed(run.session, run.name, id, value))) awake.push(id);
	const rest = ids.filter((id) => !awake.includes(id));
	const serving = await removeUnlessServing(run, rest, signal, tell);
	const kept = [
		...(serving.length > 0 ? [`${serving.join(', ')} serves visitors by now and stays`] : []),
		...(awake.length > 0 ? [`${awake.join(', ')} is being deployed again and stays`] : []),
	];
	return kept.length > 0 ? kept.join('; ') : undefined;
};

/**
 * Removes everything of what an interrupted run left, looked at again.
 * @returns what serves visitors by now, and stays (contract, decision 20)
 */
export async function removeUnlessServing(
	run: Run,
	ids: readonly string[],
	signal: AbortSignal,
	tell: Report,
): Promise<readonly string[]> {
	const { aws } = run.session;
	const { listenerArn, clusterName } = made(run.baseline, 'the baseline');
	const [traffic, deployments] = await Promise.all([
		readTraffic(aws, listenerArn),
		describeDeployments(aws, clusterName, run.name, ids),
	]);
	const active = activeDeployment(traffic, deployments);
	const canary = canaryTraffic(traffic)?.canaryTargetGroupArn ?? null;
	const serves = (one: Deployment) =>
		one === active || one.state === 'active' || (canary !== null && one.targetGroupArn === canary);
	const serving = deployments.filter(serves).map((one) => one.id);
	const rest = ids.filter((id) => !serving.includes(id));
	if (rest.length > 0) await removeAllOf(run, rest, signal, tell);
	return serving;
}
