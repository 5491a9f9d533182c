/** Where the crowd's app is deployed, three replicas each, and who operates it. */
export interface Stage {
	readonly origin: string;
	/** Resolves to the deployment's id. */
	deploy(): Promise<string>;
	rollback(): Promise<void>;
	/** Moves all its pages when that loses no work. */
	recall(id: string): Promise<void>;
	/** One run of what deletes deployments that are not used. */
	cleanUp(): Promise<void>;
	/** All that are left. */
	ids(): Promise<string[]>;
	close(): Promise<void>;
}
