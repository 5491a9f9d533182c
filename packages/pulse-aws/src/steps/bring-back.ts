import type { Deployment } from '../deployments/deployment.ts';
import type { Step } from '../plan/step.ts';
import { restartDrain } from '../platform/state.ts';
import type { Perform } from './performers.ts';
import { startDraining } from './start-draining.ts';

export function bringBackStep(deployment: Deployment): Step {
	return {
		kind: 'bring-back',
		id: 'bring-back',
		title: `Keep ${deployment.id} from being retired`,
		section: 'Health',
		deployment,
	};
}

/**
 * Its drain begins anew, so that the reaper, which may be looking at it right now, leaves it alone for the next minute;
 * then the switch makes it active.
 */
export const bringBack: Perform<'bring-back'> = async ({ deployment }, run) => {
	const { aws, clock } = run.session;
	if (deployment.state === 'draining') await restartDrain(aws, deployment.serviceArn, clock.now());
	else await startDraining(run, deployment);
	return undefined;
};
