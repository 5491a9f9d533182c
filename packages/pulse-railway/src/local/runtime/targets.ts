/** A port on 127.0.0.1 that answers for a service right now. */
export interface Targets {
	/** `null`: nothing is deployed; empty: deployed, but every process is down. */
	portsOf(instanceId: string): readonly number[] | null;
}
