import type { Clock } from 'pulse-deploy-kit/clock';
import type { ClientRequest } from 'pulse-edge/entry/client-messages';
import type { EdgeOptions } from 'pulse-edge/entry/options';
import type { DeploymentRecord } from '../deployments/record.ts';
import type { DeploymentStore } from '../deployments/store.ts';
import type { ControlHandler } from './internal-endpoints.ts';
import type { Log } from './log.ts';

/** What the edge is told, but for what the store knows. */
type Forwarding = Omit<EdgeOptions, 'table' | 'log' | 'clock' | 'own' | 'comparesPageErrors' | 'requestIdPrefix'>;

export interface RouterOptions extends Forwarding {
	readonly store: DeploymentStore;
	readonly log: Log;
	/** Answers signed control requests; without it the endpoint does not exist. */
	readonly control?: { readonly handle: ControlHandler; readonly bodyLimit: number };
	/** Deployments ask with it which process is the one for `app.whenNewest`. Default: none may ask. */
	readonly internalToken?: string;
	/** Is this health request signed? Default: none is. */
	readonly isSigned?: (request: ClientRequest) => Promise<boolean>;
	/** 16 lowercase hex characters. Default random. */
	readonly replicaId?: string;
	/** Default 15,000. */
	readonly heartbeatMs?: number;
	/** Default 45,000. */
	readonly activityTtlMs?: number;
	/** How long a start waits for the store before it turns to the snapshot file. Default 3,000. */
	readonly storePatienceMs?: number;
	/** How long a start without either waits before it listens all the same, and answers 503. Default 30,000. */
	readonly startPatienceMs?: number;
	/** A canary was halted by this process, and its pages are to hear of it. Default: no page is told. */
	readonly onHalted?: (record: DeploymentRecord) => void;
	/** Does a deployment, on all of its replicas, tell of pages that fail? `null`: it did not answer. Default: none does. */
	readonly tellsPageErrors?: (record: DeploymentRecord) => Promise<boolean | null>;
	/** How often they are asked while a canary runs. Default 5,000. */
	readonly pageErrorsMs?: number;
	/** After each change of the routing table. */
	readonly onChange?: () => void;
	/** How often a canary is looked at. Default 1,000. */
	readonly brakeMs?: number;
	/** Keeps the last snapshot. Default: not kept. */
	readonly snapshotFile?: string;
	readonly clock?: Clock;
}
