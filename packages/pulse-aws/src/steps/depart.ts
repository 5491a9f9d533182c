import { standing } from 'pulse-deploy-kit/departure';
import { DeployToolError } from 'pulse-deploy-kit/errors';
import { departureAt, type LeaveTime } from 'pulse-deploy-kit/leave-settings';
import type { Deployment } from '../deployments/deployment.ts';
import type { Step } from '../plan/step.ts';
import { describeDeployments } from '../platform/services.ts';
import { writeDeparture } from '../platform/state.ts';
import { readTraffic } from '../platform/traffic.ts';
import { activeDeployment } from '../traffic/traffic.ts';
import type { Perform } from './performers.ts';
import { made, type Run } from './run.ts';

/** @param time `null`: what was said is taken back */
export function departStep(deployment: Deployment, time: LeaveTime | null, recalled: boolean): Step {
	const { id } = deployment;
	return {
		kind: 'depart',
		id: 'depart',
		title:
			time === null ? `Take back that ${id} is to be left` : `Tell the tasks of ${id} by when its pages are to move`,
		section: 'Pages',
		deployment,
		time,
		recalled,
	};
}

/** Looks again right before: a deployment that gets new visitors by now keeps its own. */
export const depart: Perform<'depart'> = async ({ deployment: { id }, time, recalled }, run) => {
	const { aws, clock } = run.session;
	const { serviceArn } = await stillLeft(id, run);
	const now = clock.now();
	const departure = standing(departureAt(time, recalled, { at: now, now, clock: 'the clock of this machine' }));
	await writeDeparture(aws, { name: run.name, id, serviceArn }, departure);
	run.tell(
		departure === undefined
			? { event: 'stays', id }
			: { event: departure.recalled ? 'recalled' : 'drains', id, until: departure.by },
	);
	return { learnt: { departure: departure ?? null } };
};

/** @throws DeployToolError `in-use` where new visitors are sent there, or it is gone */
export async function stillLeft(id: string, run: Run): Promise<Deployment> {
	const { aws } = run.session;
	const { clusterName, listenerArn } = made(run.baseline, 'the baseline');
	const traffic = await readTraffic(aws, listenerArn);
	const [deployment] = await describeDeployments(aws, clusterName, run.name, [id]);
	const isLeft = deployment?.state === 'draining' || deployment?.state === 'preview';
	if (isLeft && activeDeployment(traffic, [deployment]) === null) return deployment;
	throw new DeployToolError('in-use', `${id} is ${deployment === undefined ? 'gone' : 'active'} by now`, {
		fault: 'user',
		next: `See its state: pulse-aws status --deployment-name ${run.name}`,
	});
}
