import type { AnyStep } from './step.ts';

/** Says what a step is waiting for. */
export type Report = (waitingFor: string) => void;

/**
 * What a step has to tell when it is done: a text that is shown with its completion, and what later steps need to know.
 * `learnt` becomes part of the run that they get; steps beside each other learn different fields.
 */
export type Told<R> = string | undefined | { readonly text?: string; readonly learnt: Partial<R> };

/** Carries out one kind of step. */
export type Perform<S, R> = (step: S, run: R, signal: AbortSignal, report: Report) => Promise<Told<R>>;

/** One for each kind of a package's steps. */
export type Performers<S extends AnyStep, R> = {
	readonly [Kind in S['kind']]: Perform<Extract<S, { readonly kind: Kind }>, R>;
};

export function performerOf<S extends AnyStep, R>(performers: Performers<S, R>, step: S): Perform<S, R> {
	return performers[step.kind as S['kind']] as unknown as Perform<S, R>;
}

export function textOf(told: Told<unknown>): string | undefined {
	return typeof told === 'object' ? told.text : told;
}

/** The run as later steps get it; the very same where nothing was learnt. */
export function learnt<R>(run: R, told: Told<R>): R {
	return typeof told === 'object' ? { ...run, ...told.learnt } : run;
}
