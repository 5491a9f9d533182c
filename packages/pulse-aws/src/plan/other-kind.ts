import { DeployToolError } from 'pulse-deploy-kit/errors';
import type { DeployRequest } from '../config/deploy.ts';
import { activeDeployment } from '../traffic/traffic.ts';
import type { Fleet } from './observation.ts';

/**
 * What a folder holds is a guess, e.g. of a Pulse app whose code is in a package of its own: where visitors are on an app of the
 * other kind, it must be said. It is no question, because who deploys by `--yes` would not be asked.
 * @throws DeployToolError where it was not said
 */
export function refuseOtherKind(
	{ traffic, deployments }: Pick<Fleet, 'traffic' | 'deployments'>,
	{ deploymentName, container, kindIsSaid }: Pick<DeployRequest, 'deploymentName' | 'container' | 'kindIsSaid'>,
): void {
	const active = activeDeployment(traffic, deployments);
	if (kindIsSaid || active === null || (active.container === undefined) === (container === null)) return;
	const [stands, found, say] =
		container === null
			? ['a container app', 'this folder seems to hold a Pulse app', '--app-file <path>']
			: ['a Pulse app', 'this folder seems to hold a container app', '--container'];
	throw new DeployToolError('other-kind', `${deploymentName} serves ${stands} (${active.id}), and ${found}.`, {
		fault: 'user',
		detail: container === null ? 'Something in it mentions Pulse.' : `Nothing in it mentions Pulse. ${container.says}.`,
		next: `If it is meant, say so: ${say}. Else look at --context, or give another --deployment-name.`,
	});
}
