/** Where the crowd's app is deployed, three replicas each, and who operates it. */
export interface Stage {
	readonly origin: string;
	/** Resolves to the deployment's id. */
	deploy(): Promise<string>;
	rollback(): Promise<void>;
	/** Gets everybody off it when that harms nobody. */
	recall(id: string): Promise<void>;
	/** One run of what deletes deployments that nobody uses. */
	cleanUp(): Promise<void>;
	/** All that are left. */
	ids(): Promise<string[]>;
	close(): Promise<void>;
}
