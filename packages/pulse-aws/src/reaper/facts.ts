import type { RollbackTerms } from 'pulse-deploy-kit/rollback-window';
import type { Deployment } from '../deployments/deployment.ts';
import type { Parameter } from '../platform/parameters.ts';
import type { Image } from '../platform/revisions.ts';
import type { TargetGroup } from '../platform/target-groups.ts';
import type { Traffic } from '../traffic/traffic.ts';
import type { CanaryFacts } from './decide-canary.ts';

/** Everything a run of the reaper knows before it decides. Times are Unix ms. */
export interface ReaperFacts {
	readonly deployments: readonly Deployment[];
	readonly traffic: Traffic;
	/** Ids of the running tasks, by deployment id. */
	readonly tasks: ReadonlyMap<string, readonly string[]>;
	/** Target groups of this deployment name, in use or not. */
	readonly targetGroups: readonly TargetGroup[];
	/** Tagged rules' creation; rules without the tag are missing. Only read for rules without a service. */
	readonly ruleCreatedAt: ReadonlyMap<string, number>;
	readonly parameters: readonly Parameter[];
	readonly canary: CanaryFacts;
	/** Newest first. */
	readonly taskDefinitions: readonly string[];
	readonly images: readonly Image[];
	/** Absent: not looked for; `null`: not known now. */
	readonly past?: PastVersions | null;
}

/** What is known of versions that no service has any more. */
export interface PastVersions {
	/** Ids of deployments that were previews. */
	readonly previews: ReadonlySet<string>;
	/** Of task definitions that no service runs: whose they were. */
	readonly idOf: ReadonlyMap<string, string>;
}

export interface ReaperPolicy extends RollbackTerms {
	/** A deployment that drains for longer is retired although it is in use, in ms. */
	readonly maxDrainMs: number;
	/** Goes before `maxDrainMs` where it is longer. */
	readonly rollbackWindowMs: number;
	/** A deployment that is still starting after this is a failed one, and anything without a service an orphan, in ms. */
	readonly deployingMs: number;
	/**
	 * A deployment drains at least this long, in ms: its tasks need one poll to take back what they said in an earlier
	 * drain that a rollback ended.
	 */
	readonly minDrainMs: number;
	/** Task definitions and images that are kept for `rollback --redeploy`, besides those in use; previews do not count. */
	readonly keepRevisions: number;
}
