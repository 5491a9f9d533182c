/** What AWS says of a deployment that is starting. Times are Unix ms. */
export interface HealthFacts {
	readonly now: number;
	/** `null`: the service is not there (any more). */
	readonly service: ServiceHealth | null;
	readonly targets: readonly TargetHealth[];
	/** Newest first; at least the last hour's. */
	readonly stoppedTasks: readonly StoppedTask[];
}

export interface ServiceHealth {
	readonly desired: number;
	readonly running: number;
	readonly pending: number;
	readonly rollout: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED' | null;
	readonly rolloutReason: string | null;
	/** Newest first. */
	readonly events: readonly string[];
}

export interface TargetHealth {
	/** Address and port. */
	readonly id: string;
	/** `initial`, `healthy`, `unhealthy`, `unused`, `draining`, `unavailable`, `unhealthy.draining`. */
	readonly state: string;
	readonly reason: string | null;
	readonly description: string | null;
	/** Since when it has been unhealthy without a break, as seen by us; `null` while it is not. */
	readonly unhealthySince: number | null;
}

export interface StoppedTask {
	readonly id: string;
	/** `TaskFailedToStart`, `EssentialContainerExited`, … */
	readonly stopCode: string | null;
	readonly reason: string | null;
	readonly exitCode: number | null;
	readonly containerReason: string | null;
	/** The one of its containers that failed; absent where that is not known. */
	readonly container?: string | undefined;
}
