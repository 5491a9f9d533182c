import type { Clock } from 'pulse-deploy-kit/clock';
import type { DeploymentStore } from '../deployments/store.ts';
import type { PrivateNetwork } from '../private-network.ts';
import type { ClientRequest } from './client-messages.ts';
import type { ControlHandler } from './internal-endpoints.ts';
import type { Log } from './log.ts';

export interface RouterOptions {
	readonly store: DeploymentStore;
	readonly network: PrivateNetwork;
	readonly log: Log;
	/** Default none. */
	readonly servicePrefix?: string;
	/** Port of every backend. Default 8000. */
	readonly backendPort?: number;
	/** Answers signed control requests; without it the endpoint does not exist. */
	readonly control?: { readonly handle: ControlHandler; readonly bodyLimit: number };
	/** Is this health request signed? Default: none is. */
	readonly isSigned?: (request: ClientRequest) => Promise<boolean>;
	/** 16 lowercase hex characters. Default random. */
	readonly replicaId?: string;
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
	/** Default 15,000. */
	readonly heartbeatMs?: number;
	/** Default 45,000. */
	readonly activityTtlMs?: number;
	/** How long a start waits for the store before it turns to the snapshot file. Default 3,000. */
	readonly storePatienceMs?: number;
	/** How long a start without either waits before it listens all the same, and answers 503. Default 30,000. */
	readonly startPatienceMs?: number;
	/** Keeps the last snapshot. Default: not kept. */
	readonly snapshotFile?: string;
	/** Default true. */
	readonly assetFallback?: boolean;
	/** Plain requests are served without Node's parser. Default true. */
	readonly direct?: boolean;
	readonly onConnect?: (serviceName: string, ms: number) => void;
	readonly clock?: Clock;
	/** In [0, 1). */
	readonly random?: () => number;
}
