/** What a task says of itself in Parameter Store: `draining` means that nobody needs it any more. */
export type DrainWord = 'healthy' | 'draining';

export interface DrainFacts {
	/** The deployment's state; `null` before its parameter exists. */
	readonly state: string | null;
	/** Since when, in Unix ms, this task has seen the deployment draining. */
	readonly drainingSince: number | null;
	readonly renderSessions: number;
	readonly now: number;
	readonly graceMs: number;
}

/** Sessions that come back take the word back; so does a rollback that makes the deployment active again. */
export function drainWord(facts: DrainFacts): { readonly word: DrainWord; readonly drainingSince: number | null } {
	if (facts.state !== 'draining') return { word: 'healthy', drainingSince: null };
	const since = facts.drainingSince ?? facts.now;
	const over = facts.now - since >= facts.graceMs && facts.renderSessions === 0;
	return { word: over ? 'draining' : 'healthy', drainingSince: since };
}
