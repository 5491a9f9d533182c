import type { Deployment } from '../../deployments/deployment.ts';

/** One that drains, of two tasks that run. */
export const deployment = (id: string, change: Partial<Deployment> = {}): Deployment => ({
	id,
	serviceArn: `arn/${id}`,
	state: 'draining',
	createdAt: 0,
	drainStartedAt: 0,
	retiringSince: null,
	desired: 2,
	running: 2,
	pending: 0,
	targetGroupArn: `tg/${id}`,
	taskDefinitionArn: null,
	...change,
});
