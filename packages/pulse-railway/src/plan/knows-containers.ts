import { DeployToolError } from 'pulse-deploy-kit/errors';

/** It would route to a container app as to a Pulse app, and forget what it is. */
export function refuseOlderRouter(knowsContainers: boolean | undefined): void {
	if (knowsContainers === true) return;
	throw new DeployToolError('router-older', 'the router of this stack is older than container apps', {
		fault: 'user',
		next: 'Bring it to this version first: pulse-railway upgrade --container',
	});
}
