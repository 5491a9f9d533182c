import type { Arns } from '../arn.ts';
import type { WorldClock } from '../clock/world-clock.ts';
import type { Registry } from '../ecr/registry.ts';
import type { ElbState } from '../elb/state.ts';
import type { LogGroups } from '../logs/log-groups.ts';
import type { EcsState } from './state.ts';

/** How a subnet reaches the internet, by its id. `internet` needs a public address on the task. */
export type Subnets = Map<string, 'nat' | 'internet' | 'none'>;

/** World ms. Nothing here is published by AWS: orders of magnitude only (UNVERIFIED). */
export interface EcsTimings {
	readonly provisioningMs: number;
	readonly pullingMs: number;
	readonly deprovisioningMs: number;
	/** Between two looks of the service scheduler. */
	readonly schedulerMs: number;
	/** DRAINING to INACTIVE after the last task has stopped. */
	readonly serviceDeletionMs: number;
}

export const DEFAULT_TIMINGS: EcsTimings = {
	provisioningMs: 8_000,
	pullingMs: 6_000,
	deprovisioningMs: 2_000,
	schedulerMs: 5_000,
	serviceDeletionMs: 10_000,
};

/** What ECS touches of the rest of the world. */
export interface EcsPorts {
	readonly state: EcsState;
	readonly arns: Arns;
	readonly clock: WorldClock;
	readonly elb: ElbState;
	readonly registry: Registry;
	readonly logs: LogGroups;
	readonly subnets: Subnets;
	readonly timings: EcsTimings;
	/** Value behind the ARN or name of a parameter or secret; undefined where there is none. */
	secret(valueFrom: string): string | undefined;
	/** What the platform itself puts into a task's environment: metadata address, Region, endpoints. */
	taskEnvironment(taskId: string): Readonly<Record<string, string>>;
}
