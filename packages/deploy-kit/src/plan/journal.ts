import type { AnyStep, Plan } from './step.ts';

/** What an undertaking has done so far, over all of its phases. */
export interface Journal<S extends AnyStep, R> {
	/** As the steps so far have left it. */
	run: R;
	/** In the order in which they were begun; taken back in reverse. */
	readonly begun: S[];
	readonly done: Set<S>;
	/** Visitors have moved, or may have. */
	committed: boolean;
	/** The plan of the present phase. */
	plan: Plan<S> | null;
	/** Some step of some phase could be taken back. */
	undoable: boolean;
}

export function newJournal<S extends AnyStep, R>(run: R): Journal<S, R> {
	return { run, begun: [], done: new Set(), committed: false, plan: null, undoable: false };
}

export function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
