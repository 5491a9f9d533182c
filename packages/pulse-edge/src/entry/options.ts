import type { RouteTable } from '../decide/route-table.ts';
import type { Front } from '../forward/forwarded.ts';
import type { EdgeLog } from '../report/log.ts';
import type { ServiceNetwork } from '../upstream/network.ts';
import type { OwnEndpoints } from './route.ts';

/** Time as a parameter, so that tests can own it. */
export interface Clock {
	/** Unix milliseconds. */
	now(): number;
	sleep(ms: number): Promise<void>;
}

export interface EdgeOptions {
	readonly table: RouteTable;
	readonly network: ServiceNetwork;
	readonly log: EdgeLog;
	readonly clock: Clock;
	/** Default: nothing is. */
	readonly own?: OwnEndpoints;
	/** Default `names-client`. */
	readonly front?: Front;
	/** Begins the ids of requests that come without one; another in each process. */
	readonly requestIdPrefix: string;
	/** Default none. */
	readonly servicePrefix?: string;
	/** Port of every backend. Default 8000. */
	readonly backendPort?: number;
	/**
	 * Tells the replicas of a deployment apart, where the network knows them: what tokens are made with, which backends know,
	 * too. Default: its name alone says where a request goes.
	 */
	readonly replicaSecret?: string;
	/** Backend connections for requests. Default 2048. */
	readonly connectionLimit?: number;
	/** Default 30,000. */
	readonly connectTimeoutMs?: number;
	/** Default 3,000. */
	readonly resolveRetryMs?: number;
	/** A request ends after this long without a byte either way. Default 300,000. */
	readonly idleTimeoutMs?: number;
	/** How long a client may take for its request's headers. Default 30,000. */
	readonly headersTimeoutMs?: number;
	/** How long a hidden tab of a container app holds its version. Default 900,000. */
	readonly hiddenTabMs?: number;
	/**
	 * Pages of container apps that fail count against their side of a canary: both sides tell of them, and alike. What one alone
	 * tells would speak against it. Default: they do.
	 */
	readonly comparesPageErrors?: () => boolean;
	/** Default true. */
	readonly assetFallback?: boolean;
	/** Plain requests are served without Node's parser, where `nodeInternals` lets them. Default true. */
	readonly direct?: boolean;
	/**
	 * Leans on what Node does not document, where this Node has it (`node/`). Without it requests and websockets cost more,
	 * a client that ends its side gets no answer any more, and one that offers `h2c` may be refused. Default true.
	 */
	readonly nodeInternals?: boolean;
	readonly onConnect?: (serviceName: string, ms: number) => void;
	/** In [0, 1). */
	readonly random?: () => number;
}
