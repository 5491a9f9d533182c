import { DeployToolError } from 'pulse-deploy-kit/errors';
import { roomLeft } from '../traffic/traffic.ts';
import type { Fleet } from './observation.ts';
import type { Step } from './step.ts';

/** @throws DeployToolError where the load balancer is full, also once `settling` is done */
export function refuseWithoutRoom({ traffic, limits, reserved = [] }: Fleet, settling: readonly Step[]): void {
	if (limits === null) return;
	// Ids that a killed run reserved take no room.
	const ids = settling.flatMap((step) => (step.kind === 'remove-leftovers' ? step.ids : []));
	const freed = ids.filter((id) => !reserved.includes(id)).length;
	const { rules, targetGroups } = roomLeft(traffic, limits);
	if (Math.min(rules, targetGroups) + freed >= 1) return;
	const [what, limit] =
		targetGroups < 1
			? (['target groups', `${limits.targetGroups}, which AWS does not raise`] as const)
			: (['listener rules', `${limits.rules} (quota L-7EED9B64, adjustable)`] as const);
	throw new DeployToolError('load-balancer-full', `The load balancer has no room for another deployment: ${what}.`, {
		fault: 'user',
		detail: `The limit is ${limit}. Every deployment that still drains takes one.`,
		next: 'Retire drained deployments now with pulse-aws reap --yes, or lower --reaper-max-age-hours.',
	});
}
