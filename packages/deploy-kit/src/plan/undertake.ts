import { CancelledError, DeployToolError, isDeployToolError } from '../errors.ts';
import type { Host } from '../host.ts';
import { isOvertaken, NotCommittedError } from './guard.ts';
import { type Journal, newJournal } from './journal.ts';
import { carryOutPhase, type Terms } from './phase.ts';
import type { AnyStep, Plan } from './step.ts';
import { type UndoOptions, undo } from './undo.ts';

export interface UndertakeOptions<S extends AnyStep, R> extends UndoOptions<S, R> {
	/** The user's interruption. */
	readonly signal: AbortSignal;
	/** Leaves what was created in place after a failure (`--keep-failed`). */
	readonly keepFailed?: boolean;
}

/** Carries out one plan of the undertaking; resolves to the run as its steps left it. `given`: what the run has from now on. */
export type Phase<S extends AnyStep, R> = (plan: Plan<S>, terms: Terms, given?: Partial<R>) => Promise<R>;

/**
 * Several plans as one undertaking. A failure or abort in or between them, before the commit point, undoes the begun steps
 * of all of them in reverse; from there on nothing is undone and the error says what is left (decision 7).
 */
export async function undertake<S extends AnyStep, R, T>(
	run: R,
	options: UndertakeOptions<S, R>,
	work: (phase: Phase<S, R>) => Promise<T>,
): Promise<T> {
	const journal = newJournal<S, R>(run);
	/** Of phases side by side the first; `by`: what had interrupted it. */
	let first: { readonly error: unknown; readonly by: AbortSignal | undefined } | undefined;
	try {
		return await work(async (plan, terms, given = {}) => {
			if (Object.keys(given).length > 0) journal.run = { ...journal.run, ...given };
			await carryOutPhase(plan, journal, options.performers, options.host, terms).catch((error: unknown) => {
				first ??= { error, by: terms.signal.aborted ? terms.signal : undefined };
				throw error;
			});
			return journal.run;
		});
	} catch (error) {
		const uncommitted = error instanceof NotCommittedError;
		const cause = uncommitted ? error.cause : error;
		const told = uncommitted || isOvertaken(cause) || cause instanceof CancelledError;
		const signal = first !== undefined && first.error === error ? first.by : options.signal;
		const failure = signal?.aborted === true && !told ? cancelled(signal) : cause;
		if (journal.committed) throw unfinished(journal, failure, options.host);
		if (options.keepFailed === true) throw kept(failure);
		await undo(journal, failure, options);
		throw journal.undoable ? failure : unfinished(journal, failure, options.host);
	}
}

/** Carries out one plan. @see undertake */
export function execute<S extends AnyStep, R>(
	plan: Plan<S>,
	run: R,
	options: UndertakeOptions<S, R> & Terms,
): Promise<R> {
	return undertake<S, R, R>(run, options, (phase) => phase(plan, options));
}

/** The user's interruption, or the loss of the lock, whichever aborted. */
function cancelled(signal: AbortSignal): unknown {
	return isDeployToolError(signal.reason) ? signal.reason : new CancelledError('Interrupted.');
}

function unfinished<S extends AnyStep>(journal: Journal<S, unknown>, failure: unknown, host: Host): unknown {
	const { plan, begun, done } = journal;
	if (plan === null || begun.at(-1)?.isVerdict === true) return failure;
	const left = plan.steps.filter((step) => !done.has(step)).map(({ title }) => title);
	const { committed, resume } = plan;
	if (committed !== undefined && journal.committed) {
		const text = `${committed.text} Not done: ${left.join('; ')}. ${committed.next}`;
		host.notify({ level: 'warning', text });
	}
	if (resume === undefined) return failure;
	const lines = left.map((title) => `not done: ${title}`);
	const next = `Finish it with: ${resume}`;
	if (!isDeployToolError(failure)) {
		// A defect, or what a platform's own library throws: it is told as it is, and what is left beside it.
		host.notify({ level: 'warning', text: [...lines, next].join('\n') });
		return failure;
	}
	return told(failure, lines, next);
}

function kept(failure: unknown): unknown {
	if (!isDeployToolError(failure)) return failure;
	return told(failure, ['What this run created was kept (--keep-failed); the next deploy deletes it.'], failure.next);
}

function told(failure: DeployToolError, lines: readonly string[], next: string | undefined): DeployToolError {
	return new DeployToolError(failure.code, failure.message, {
		fault: failure.fault,
		detail: [failure.detail, ...lines].filter((line) => line !== undefined).join('\n'),
		...(next === undefined ? {} : { next }),
		cause: failure,
	});
}
