import type { Affinity } from 'pulse-deploy-kit/container/settings';
import { DEFAULT_BACKEND_PORT } from '../protocol.ts';

/** An app that knows nothing of us (decision 25). A deployment without one is a Pulse app's. */
export interface Container {
	readonly affinity: Affinity;
	/** Answers 200 when it is well: the app's own page. */
	readonly healthPath: string;
	/** Where it listens, which its Dockerfile decides. */
	readonly port: number;
}

/**
 * From what the store's JSON or the variables of a service say. Unreadable parts get their defaults: the tool that wrote the
 * kind meant an app that has none of our endpoints.
 */
export function readContainer(said: {
	readonly kind: unknown;
	readonly affinity: unknown;
	readonly healthPath: unknown;
	readonly port: unknown;
}): Container | undefined {
	if (said.kind !== 'container') return undefined;
	const port = Number(said.port ?? Number.NaN);
	return {
		affinity: said.affinity === 'session' ? 'session' : 'tab',
		healthPath: typeof said.healthPath === 'string' && said.healthPath.startsWith('/') ? said.healthPath : '/',
		port: Number.isInteger(port) && port > 0 && port < 65_536 ? port : DEFAULT_BACKEND_PORT,
	};
}

export function sameContainer(left: Container | undefined, right: Container | undefined): boolean {
	if (left === undefined || right === undefined) return left === right;
	return left.affinity === right.affinity && left.healthPath === right.healthPath && left.port === right.port;
}

/** As it is deployed, in place of a loaded Pulse app. */
export interface ContainerApp {
	readonly language: 'container';
	readonly sessionStore: null;
	/** `null` for one that is not known here. */
	readonly framework: string | null;
	readonly container: Container;
	/** What was found, in one line. */
	readonly says: string;
}
