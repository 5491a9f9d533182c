import { DeployToolError } from 'pulse-deploy-kit/errors';
import type { DeploymentState } from '../deployments/record.ts';
import type { StackObservation } from '../platform/port.ts';
import { durableActiveId } from '../stack/durable.ts';
import { type Run, routerOf } from './run.ts';

const USED: Readonly<Record<DeploymentState, string | null>> = {
	active: 'is active by now',
	draining: 'has been active, and may have visitors',
	pending: null,
	retiring: null,
};

/** What one truth calls active, or may have visitors, is not deleted. @throws DeployToolError `in-use` */
export async function mayGo(
	deployment: string,
	observation: StackObservation,
	run: Run,
	signal: AbortSignal,
): Promise<void> {
	if (durableActiveId(observation) === deployment) throw inUse(deployment, 'is active on Railway by now');
	const { activeId, deployments, canary } = (await routerOf(run).control('status', { sessions: false }, signal))
		.snapshot;
	if (canary?.id === deployment) throw inUse(deployment, 'is a canary, and may have visitors');
	const state = activeId === deployment ? 'active' : deployments.find(({ id }) => id === deployment)?.state;
	const used = state === undefined ? null : USED[state];
	if (used !== null) throw inUse(deployment, used);
}

function inUse(deployment: string, why: string): DeployToolError {
	return new DeployToolError('in-use', `deployment ${deployment} ${why}`, {
		fault: 'user',
		next: 'See its state: pulse-railway status',
	});
}
