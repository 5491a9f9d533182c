import type { Step } from '../plan/step.ts';
import { describeDeployments } from '../platform/services.ts';
import { readTraffic } from '../platform/traffic.ts';
import { removeCanaryRules } from '../stack/rollout.ts';
import { activeDeployment } from '../traffic/traffic.ts';
import type { Perform } from './performers.ts';
import { made } from './run.ts';
import { startDraining } from './start-draining.ts';

/** @param id of the canary; its visitors stay until they leave */
export function endCanaryStep(id: string): Step {
	const title = `End the canary: nobody new gets ${id}`;
	return { kind: 'end-canary', id: 'end-canary', title, section: 'Traffic', deploymentId: id };
}

/** In place of that, of one that all new visitors get by now. */
export function completeCanaryStep(id: string): Step {
	const title = `Take away the rules by which some new visitors got ${id}`;
	return { kind: 'end-canary', id: 'end-canary', title, section: 'Traffic', deploymentId: id };
}

/** Looks at what is active by now: that does not drain, whatever was planned. */
export const endCanary: Perform<'end-canary'> = async ({ deploymentId }, run) => {
	const { aws } = run.session;
	const { listenerArn, clusterName } = made(run.baseline, 'the baseline');
	const stood = await removeCanaryRules(aws, run.name, listenerArn);
	const [traffic, [canary]] = await Promise.all([
		readTraffic(aws, listenerArn),
		describeDeployments(aws, clusterName, run.name, [deploymentId]),
	]);
	if (canary?.state !== 'canary') return stood ? undefined : 'it had ended already';
	if (activeDeployment(traffic, [canary]) !== null) return undefined;
	await startDraining(run, canary);
	run.tell({ event: 'ended', id: deploymentId });
	return undefined;
};
