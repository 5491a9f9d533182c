/**
 * A step is data, complete when a pure planner has made it: what it says, what takes it back, how it may be interrupted.
 * Only how it is carried out is looked up, by its kind. Every step may be repeated after a crash: creations adopt by name,
 * writes are whole values, deletions accept "gone".
 *
 * `S` is the package's own union: `type Step = StepMarks<Step> & Action`.
 */
export interface StepMarks<S> {
	/** Unique within a plan. */
	readonly id: string;
	/** Imperative, e.g. `Create service prod-260402-120000`. */
	readonly title: string;
	/** The part of the work that it belongs to, told as a heading when that changes. */
	readonly section?: string;
	/** Lines below the title in a plan that is shown. */
	readonly details?: readonly string[];
	/** Takes this step back. Only steps before the commit point have one. */
	readonly undo?: S;
	/**
	 * From here on nothing is undone: the write that moves visitors. An answer that was lost may have been carried out, so its
	 * failure undoes nothing either, unless it is a `NotCommittedError`.
	 */
	readonly commitPoint?: true;
	/** Once begun, and the steps after it that say so too, Ctrl-C waits for its end: it is one short request. */
	readonly uninterruptible?: true;
	/** A failure is a warning: cosmetic steps. */
	readonly optional?: true;
	/** Changes nothing, so a command that slept need not look again before it. */
	readonly passive?: true;
	/** Looks at what is done, and nothing is left to do when it fails: then its failure is told as it is. */
	readonly isVerdict?: true;
	/** Asks the guard itself, and puts right what stands when that refuses. */
	readonly guardsItself?: true;
	/** Of an undo step: left out when one before it failed, so that what is left stays known as unfinished. */
	readonly afterCleanUndo?: true;
	/** Consecutive steps of one stage: its tracks run at the same time, each in its own order. */
	readonly beside?: { readonly stage: string; readonly track: string };
}

/** What the engine knows of every step. */
export interface AnyStep extends StepMarks<AnyStep> {
	readonly kind: string;
}

export interface Plan<S extends AnyStep> {
	/** The command's verb and object, e.g. `Deploy prod-260402-120000`. */
	readonly title: string;
	/** What the reader should know before agreeing: what goes where. */
	readonly facts: readonly string[];
	/** Live sessions, and whatever else is open, that it touches. */
	readonly sessions?: TouchedSessions;
	readonly warnings: readonly string[];
	readonly steps: readonly S[];
	/**
	 * The command that finishes what is left when this plan stops after its commit point, or midway without undo. Absent where
	 * there is none of its own: then a failure is told as it is.
	 */
	readonly resume?: string;
	/** Told beside a failure after the commit point: what is true by then, and what may be done about what is left. */
	readonly committed?: { readonly text: string; readonly next: string };
}

export interface TouchedSessions {
	/** `null` when no deployment told. It is another number every second, so a plan is the same with another one. */
	readonly count: number | null;
	/** What becomes of them, with the count. */
	readonly text: string;
	/** They end or move at once: then it matters whether there are any. */
	readonly end?: true;
}
