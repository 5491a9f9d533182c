import { refuseOtherKind } from 'pulse-deploy-kit/container/other-kind';
import { DeployToolError } from 'pulse-deploy-kit/errors';
import type { LoadedApp } from 'pulse-deploy-kit/load-app';
import type { ContainerApp } from '../deployments/container.ts';
import type { RoutingSnapshot } from '../deployments/record.ts';

export interface KindFacts {
	readonly app: LoadedApp | ContainerApp;
	/** Of a container app: a user said that it is one. A Pulse app says it by its export. */
	readonly kindIsSaid: boolean;
}

/** As much as decides. */
export interface SaidKind {
	readonly app: Pick<LoadedApp, 'language'> | ContainerApp;
	readonly kindIsSaid: boolean;
}

interface Meeting {
	/** The router knows container apps. */
	readonly containers?: boolean;
	readonly live: RoutingSnapshot;
}

/** Asked when a deploy is planned, and again at its cut-over: another command may have moved visitors meanwhile. */
export function refuseKind({ app, kindIsSaid }: SaidKind, { containers, live }: Meeting): void {
	const container = 'container' in app ? app : null;
	// It would route to a container app as to a Pulse app, and forget what it is.
	if (container !== null && containers !== true) {
		throw new DeployToolError('router-older', 'the router of this stack is older than container apps', {
			fault: 'user',
			next: 'Bring it to this version first: pulse-railway upgrade --container',
		});
	}
	const active = live.deployments.find(({ id }) => id === live.activeId);
	refuseOtherKind(active, { container, kindIsSaid }, 'at the project that is meant');
}
