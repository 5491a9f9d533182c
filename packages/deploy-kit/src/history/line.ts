/** What `history` tells on both platforms. */
export interface HistoryReport {
	/** Newest first. */
	readonly entries: readonly HistoryLine[];
}

/** Keys as scripts read them. */
export interface HistoryLine {
	/** ISO 8601. */
	readonly at: string;
	/**
	 * `activated`, `restored`, `recalled`, `drains`, `stays`, `retired` or `deleted`; of a canary `canary` (it began), `widened`,
	 * `halted` (by the brake) or `ended`; `preview`.
	 */
	readonly event: string;
	readonly deployment_id: string;
	/** Who was active before; of `activated` and `restored`. */
	readonly previous_deployment_id: string | null;
	/** ISO 8601: by then the pages that are left move, or a preview is deleted; of `recalled`, `drains` and `preview`. */
	readonly until: string | null;
	/** Of new visitors; of `canary` and `widened`. */
	readonly percent: number | null;
	/** User, machine and command, as the lock named them. */
	readonly by: string | null;
	/** The rule, where a rule decided. */
	readonly reason: string | null;
	/** The deployment whose version it was made of anew (`rollback --redeploy`); of `activated`. */
	readonly made_of?: string | null;
	/** Pages or sessions that were still on it; of what a rule ended, where that is known. */
	readonly touched?: number | null;
	/** What runs: by digest on AWS, by its tag on Railway where it was pushed there; `null` of what Railway built. */
	readonly image?: string | null;
	/** Of the sources that it was built from. */
	readonly commit?: string | null;
	/** In the words of the `--message` of its deploy. */
	readonly message?: string | null;
}
