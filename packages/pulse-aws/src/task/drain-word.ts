/** What a task says of itself in Parameter Store: `draining` means that no user needs it any more. */
export type DrainWord = 'healthy' | 'draining';

/** What a task serves at one moment. */
export interface TaskUse {
	/** Render sessions of a Pulse app, tabs of a container app. */
	readonly renderSessions: number;
	/** Of those, such as there may be although none has said so. */
	readonly assumed?: number;
	readonly sockets: number;
	/** In flight. */
	readonly requests: number;
	/** Since its start. */
	readonly requestsBegun: number;
	/** Of `requests`: what flows, and long polls. Absent: not known, as below. */
	readonly streams?: number;
	/** Of `sockets`: those beside pages'. */
	readonly websockets?: number;
	/** Work that no request or socket waits for. */
	readonly jobs?: number;
	/** What tabs say of themselves. */
	readonly pages?: PagesUse;
}

export interface PagesUse {
	readonly busy: number;
	readonly idle: number;
	readonly hidden: number;
	/** They have what their users would lose. */
	readonly held: number;
	/** In their own words, which may be anything. */
	readonly heldReasons: readonly string[];
}

export interface DrainFacts {
	/** The deployment's state; `null` before its parameter exists. */
	readonly state: string | null;
	/** Since when, in Unix ms, this task has seen the deployment draining with no user on it. */
	readonly idleSince: number | null;
	/** At this look, or at any time since the one before. */
	readonly inUse: boolean;
	readonly now: number;
	readonly graceMs: number;
}

/** A user who comes back takes the word back; so does a rollback that makes the deployment active again. */
export function drainWord(facts: DrainFacts): { readonly word: DrainWord; readonly idleSince: number | null } {
	if (facts.state !== 'draining' || facts.inUse) return { word: 'healthy', idleSince: null };
	const idleSince = facts.idleSince ?? facts.now;
	return { word: facts.now - idleSince >= facts.graceMs ? 'draining' : 'healthy', idleSince };
}

/**
 * Looks whether the task is in use: sessions, sockets, requests in flight and jobs (contract, decision 21), or requests that
 * came and went since the look before, such as the parts of one upload.
 */
export function lookForUse(inUse: () => TaskUse): () => boolean {
	let begun = 0;
	return () => {
		const seen = inUse();
		const passed = seen.requestsBegun > begun;
		begun = seen.requestsBegun;
		return passed || seen.renderSessions + seen.sockets + seen.requests + (seen.jobs ?? 0) > 0;
	};
}
