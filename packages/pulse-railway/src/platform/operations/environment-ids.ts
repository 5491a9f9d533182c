/** Every operation on a stack is told where. */
export interface EnvironmentIds {
	readonly projectId: string;
	readonly environmentId: string;
}
