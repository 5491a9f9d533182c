/** A page that is to be loaded anew, as its user may be asked (`connect({ onUpdate })`). */
export interface Update {
	/** For a log, in English. */
	readonly reason: string;
	/** When the page is loaded anew in any case; `null`: not before its user says so, or hides it with nothing unsaved. */
	readonly deadline: Date | null;
	/** Aborted when there is nothing to be loaded any more. */
	readonly signal: AbortSignal;
	/** Loads it now. Typed text is put back afterwards. */
	now(): void;
	/** Leaves it as it is until the deadline; without one, for as long as it is shown. */
	later(): void;
}
