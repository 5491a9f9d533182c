import type { Handlers } from '../calls/handlers.ts';
import { clustersApi } from './clusters-api.ts';
import type { EcsPorts } from './ports.ts';
import { servicesApi } from './services-api.ts';
import { taskDefinitionsApi } from './task-definitions-api.ts';
import { tasksApi } from './tasks-api.ts';

export interface EcsOptions {
	/**
	 * UpdateService answers "does not have an associated load balancer" once the rule is gone, even for desired 0. Seen
	 * by a Copilot user, not confirmed for desired 0 (docs/platform-facts/aws.md §1, UNVERIFIED). Default true: the stricter reading.
	 */
	readonly refuseUnattachedUpdate: boolean;
}

export function ecsApi(ports: EcsPorts, options: EcsOptions): Handlers<'ecs'> {
	return {
		...clustersApi(ports.state),
		...servicesApi(ports, options),
		...taskDefinitionsApi(ports.state, ports.arns, ports.clock),
		...tasksApi(ports),
	};
}
