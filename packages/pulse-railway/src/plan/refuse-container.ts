import { DeployToolError } from 'pulse-deploy-kit/errors';
import type { RoutingSnapshot } from '../deployments/record.ts';

export interface ContainerFacts {
	/** The router knows container apps. */
	readonly containers?: boolean;
	/** Nobody said that it is one. */
	readonly kindIsFound?: boolean;
}

/** @throws DeployToolError where a container app must not be deployed */
export function refuseContainer({
	containers,
	kindIsFound,
	live,
}: ContainerFacts & { readonly live: RoutingSnapshot }): void {
	// It would route to a container app as to a Pulse app, and forget what it is.
	if (containers !== true) {
		throw new DeployToolError('router-older', 'the router of this stack is older than container apps', {
			fault: 'user',
			next: 'Bring it to this version first: pulse-railway upgrade --container',
		});
	}
	if (kindIsFound === true) refuseGuessOverPulse(live);
}

/**
 * That a folder holds a container app is a guess, e.g. of a Pulse app whose code is in a package of its own: where visitors are
 * on a Pulse app it must be said. It is no question, because who deploys by `--yes` would not be asked.
 */
function refuseGuessOverPulse({ activeId, deployments }: RoutingSnapshot): void {
	const active = deployments.find(({ id }) => id === activeId);
	if (active === undefined || active.container !== undefined) return;
	throw new DeployToolError(
		'other-kind',
		`a Pulse app is active (${active.id}), and this folder seems to hold a container app`,
		{
			fault: 'user',
			detail: 'Nothing in it mentions Pulse.',
			next: 'If it is meant, say so: --container, or container = true in pulse.toml. Else look at --context, or at the project that is meant.',
		},
	);
}
