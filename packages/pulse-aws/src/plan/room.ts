import { DeployToolError } from 'pulse-deploy-kit/errors';
import { roomLeft } from '../traffic/traffic.ts';
import type { Fleet } from './observation.ts';
import type { Step } from './step.ts';

/**
 * @param taking rules that the new deployment takes
 * @throws DeployToolError where the load balancer is full, also once `settling` is done
 */
export function refuseWithoutRoom(
	{ traffic, limits, reserved = [] }: Fleet,
	settling: readonly Step[],
	taking: number,
): void {
	if (limits === null) return;
	// Ids that a killed run reserved take no room.
	const ids = settling.flatMap((step) => (step.kind === 'remove-leftovers' ? step.ids : []));
	const freed = ids.filter((id) => !reserved.includes(id));
	const rulesOf = (id: string) => traffic.rules.filter((rule) => rule.deploymentId === id).length;
	const room = roomLeft(traffic, limits);
	const targetGroups = room.targetGroups + freed.length;
	const rules = room.rules + freed.reduce((sum, id) => sum + Math.max(1, rulesOf(id)), 0);
	if (targetGroups >= 1 && rules >= taking) return;
	const [what, limit] =
		targetGroups < 1
			? ['target groups', `The limit is ${limits.targetGroups}, which AWS does not raise; a deployment takes one.`]
			: [
					'listener rules',
					`The limit is ${limits.rules} (quota L-7EED9B64, adjustable); this deployment takes ${taking}, and ${Math.max(0, rules)} are free.`,
				];
	throw new DeployToolError('load-balancer-full', `The load balancer has no room for another deployment: ${what}.`, {
		fault: 'user',
		detail: `${limit} Every deployment that still drains keeps its own.`,
		next: `Retire drained deployments now with pulse-aws reap --yes, also those that are kept to go back to with --rollback-window 0, or lower --reaper-max-age-hours${taking > 1 ? ', or have the quota raised' : ''}.`,
	});
}
