/** Every operation on a stack is told where. */
export interface Target {
	readonly projectId: string;
	readonly environmentId: string;
}
