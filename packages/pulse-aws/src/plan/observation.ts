import type { Deployment } from '../deployments/deployment.ts';
import type { Certificate } from '../domain/certificate-choice.ts';
import type { DnsOutlook } from '../domain/dns-record.ts';
import type { StackCondition } from '../platform/stack-condition.ts';
import type { Rollout } from '../task/rollout.ts';
import type { Limits, Traffic } from '../traffic/traffic.ts';

/** What a planner knows of the world. */
export interface Observation {
	readonly stack: { readonly condition: StackCondition; readonly status: string | null; readonly isProtected: boolean };
	/** `null` while there is no usable baseline. */
	readonly fleet: Fleet | null;
}

export interface Fleet {
	readonly traffic: Traffic;
	readonly deployments: readonly Deployment[];
	/** Deployment ids of target groups and rules that no service belongs to. */
	readonly strays: readonly string[];
	/** Ids that were taken, and of which nothing else was made; absent where they were not asked for. */
	readonly reserved?: readonly string[];
	/** Of deployments whose commands live, or may: id → what stands in its owner's parameter. Absent: not asked for. */
	readonly leases?: ReadonlyMap<string, string>;
	/** Of deployments whose commands were killed, or sleep. */
	readonly lapsed?: ReadonlyMap<string, string>;
	/** The canary that runs, as it was begun; absent where the load balancer has none. */
	readonly rollout?: Rollout | null;
	/** `null` where they were not asked for. */
	readonly limits: Limits | null;
}

export interface DeployObservation extends Observation {
	/** The one to use; `null`: request one. */
	readonly certificate: Pick<Certificate, 'arn' | 'status'> | null;
	/** Why the stack must be created or updated; `null`: it is as it should be. */
	readonly baselineChange: string | null;
	/** How the tasks differ from those of the active deployment, in words. */
	readonly taskNotes?: readonly string[];
	/** Records that may be written; `null`: none without a question. */
	readonly dns?: DnsOutlook | null;
}
