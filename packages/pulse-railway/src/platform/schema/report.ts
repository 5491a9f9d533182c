/** What is to be thought of the operations that are sent, by the schema of who gets them. */
export interface SchemaReport {
	readonly operations: number;
	readonly trouble: readonly OperationTrouble[];
	readonly facts: SchemaFacts;
}

/** An operation that Railway would refuse, or says that it will. */
export interface OperationTrouble {
	/** By its name here. */
	readonly operation: string;
	readonly kind: 'refused' | 'deprecated';
	/** For people; holds names that the server chose. */
	readonly why: string;
}

/** What the schema settles beside that (docs/platform-facts/railway.md). */
export interface SchemaFacts {
	/** `environmentPatchCommit` takes `skipDeploys` (§2.7). */
	readonly patchSkipsDeploys: boolean;
	/** An environment names the files of `railway config` that own it (§12). */
	readonly namesOwners: boolean;
	/** States of a deployment that this tool does not know. */
	readonly unknownStatuses: number;
}
