import type { AnyStep } from './step.ts';

/** Steps of one stage: tracks that run at the same time, each in its own order. */
export type PlanStage<S> = readonly (readonly S[])[];

/** Consecutive steps that name the same stage are one; every other step is a stage of its own. */
export function stages<S extends AnyStep>(steps: readonly S[]): PlanStage<S>[] {
	const groups: S[][] = [];
	for (const step of steps) {
		const last = groups.at(-1);
		if (step.beside !== undefined && last?.[0]?.beside?.stage === step.beside.stage) last.push(step);
		else groups.push([step]);
	}
	return groups.map((group) => {
		const tracks = [...new Set(group.map(({ beside }) => beside?.track))];
		return tracks.map((track) => group.filter(({ beside }) => beside?.track === track));
	});
}

/**
 * Runs all at once. The first failure aborts the others and is thrown once all have ended, so that nothing goes on behind
 * the undo that follows.
 */
export async function sideBySide(
	works: readonly ((signal: AbortSignal) => Promise<void>)[],
	signal: AbortSignal,
): Promise<void> {
	const stop = new AbortController();
	const either = AbortSignal.any([signal, stop.signal]);
	let first: { readonly error: unknown } | undefined;
	const ended = works.map((work) =>
		work(either).catch((error: unknown) => {
			first ??= { error };
			stop.abort(error);
		}),
	);
	await Promise.all(ended);
	if (first !== undefined) throw first.error;
}
