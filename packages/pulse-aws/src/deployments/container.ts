import type { Affinity } from 'pulse-deploy-kit/container/settings';
import { CONTAINER_NAME, CONTAINER_PORT, SIDECAR_CONTAINER_NAME, SIDECAR_PORT } from '../protocol.ts';

/** An app that knows nothing of us, which a sidecar in each of its tasks speaks for (contract C1). */
export interface ContainerRequest {
	readonly affinity: Affinity;
	/** Where the app listens, which its Dockerfile decides. */
	readonly port: number;
	/** The app's own page that answers when it is well. */
	readonly healthPath: string;
	/** As which it is asked for that page: the domain that visitors use. */
	readonly healthHost: string;
	/** Started in place of the image's own command, without a shell; `null`: that one. */
	readonly start: readonly string[] | null;
	readonly sidecarImage: string;
	/** How long a hidden tab holds its version. */
	readonly hiddenTabSeconds: number;
	/** `null` for one that is not known here. */
	readonly framework: string | null;
	/** The id that Next.js was built with, where that is an earlier deployment's: its pages and its server must agree. */
	readonly builtAs?: string;
	/** What was found, in one line. */
	readonly says: string;
}

/** The container of a task that the load balancer sends to, and its port. `null`: of a Pulse app, which is that itself. */
export function frontOf(container: Pick<ContainerRequest, 'port'> | null): { name: string; port: number } {
	if (container === null) return { name: CONTAINER_NAME, port: CONTAINER_PORT };
	return { name: SIDECAR_CONTAINER_NAME, port: container.port === CONTAINER_PORT ? SIDECAR_PORT : CONTAINER_PORT };
}
