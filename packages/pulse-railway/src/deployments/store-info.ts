/** What keeps deployments, as it says of itself; `null` where it does not say, or has no such thing. */
export interface StoreInfo {
	readonly kind: 'memory' | 'sqlite' | 'redis';
	readonly version: string | null;
	/** `noeviction` or how it forgets when its memory is full. */
	readonly memoryPolicy: string | null;
	/** Bytes; `null`: no limit. */
	readonly memoryLimit: number | null;
	readonly memoryUsed: number | null;
	/** Keys that it has forgotten for want of memory, since it started. */
	readonly evicted: number | null;
	/** It outlives a restart of its server. */
	readonly persistent: boolean | null;
	/** Writes go elsewhere. */
	readonly replica: boolean | null;
}
