import type { Routable, RouteTable } from 'pulse-edge/decide/route-table';
import type { SidecarConfig } from '../config/sidecar.ts';
import type { CanaryParts } from '../task/canary-part.ts';

/**
 * The one deployment that this task is of, whatever its state: the load balancer has chosen it. Every other id that comes
 * here is of a deployment that is gone, because the load balancer has no rule for it any more.
 */
export function ownVersion(
	{
		deploymentName,
		deploymentId: id,
		affinity,
		healthPath,
		healthHost,
	}: Pick<SidecarConfig, 'deploymentName' | 'deploymentId' | 'affinity' | 'healthPath' | 'healthHost'>,
	canary: CanaryParts,
): RouteTable & {
	/** When its pages are to have moved, Unix ms; `null`: they may stay. */
	leaveBy(by: number | null): void;
} {
	let own: Routable = {
		id,
		serviceName: null,
		state: 'active',
		drainStartedAt: null,
		container: {
			affinity,
			healthPath,
			...(healthHost === null ? {} : { healthHost }),
			meta: { deployment_name: deploymentName },
		},
	};
	return {
		activeId: id,
		loaded: true,
		hasContainers: true,
		deployment: (asked) => (asked === id ? own : undefined),
		all: () => [own],
		get drawn() {
			return canary.part;
		},
		lookUp: () => null,
		leaveBy: (by) => {
			own = { ...own, departure: { by } };
		},
	};
}
