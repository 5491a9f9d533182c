/** A process asks whether it may run what its app gave to `whenNewest`. */
export interface NewestRequest {
	/** The deployment that it belongs to. */
	readonly id: string;
	/** For people: where it runs. */
	readonly owner: string;
	/** Random, known to this process alone. */
	readonly token: string;
	readonly ttlMs: number;
	/** Who is active as this router remembers it, should the store have lost that. */
	readonly remembered: string | null;
}

export type NewestAnswer =
	| {
			readonly held: true;
			/** False once another deployment is active: the lease is prolonged for work that ends. */
			readonly newest: boolean;
			/** Grows with every grant, also over a store that lost its data. */
			readonly fence: number;
	  }
	| {
			readonly held: false;
			readonly newest: boolean;
			/** Who has it; `null`: no process, and it is for another deployment. */
			readonly owner: string | null;
	  };

/** How long a process has the lease that it does not prolong: the next one may begin by then, killed or asleep as it is. */
export const NEWEST_LEASE_MS = 3_000;
/** Four questions within that time: three may be lost. */
export const NEWEST_ASK_MS = 750;
/** Of a process that waits to be the next. */
export const NEWEST_WAIT_MS = 500;
/** How long a deployment that is no longer the newest may prolong the lease; `pulse-app` allows `stop` no more. */
export const NEWEST_STOP_MS = 300_000;
