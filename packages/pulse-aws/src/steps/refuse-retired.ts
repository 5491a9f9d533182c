import { DeployToolError, isDeployToolError } from 'pulse-deploy-kit/errors';
import { isRetiring } from '../deployments/deployment.ts';
import { describeDeployments } from '../platform/services.ts';
import { made, type Run } from './run.ts';

const CODE = 'deployment-retired';

/**
 * No visitor is sent to a deployment that the reaper ends. The reaper marks it before it looks at the listener for the last
 * time, and the switch looks for that mark once more after it: one of the two sees the other.
 * @throws DeployToolError `deployment-retired`
 */
export async function refuseRetired(run: Run): Promise<void> {
	const { aws, clock } = run.session;
	const { clusterName } = made(run.baseline, 'the baseline');
	const [target] = await describeDeployments(aws, clusterName, run.name, [run.id]);
	if (target !== undefined && target.desired > 0 && !isRetiring(target, clock.now())) return;
	throw new DeployToolError(CODE, `${run.id} is being retired.`, {
		fault: 'user',
		detail: target === undefined ? 'Its service is gone.' : 'The reaper ends its tasks.',
		next: 'Look at pulse-aws status, and deploy that version of your code again.',
	});
}

export const isRetired = (error: unknown): boolean => isDeployToolError(error) && error.code === CODE;
