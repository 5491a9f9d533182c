import { DeployToolError, isDeployToolError } from '../errors.ts';
import type { Host } from '../host.ts';
import { type Guard, isOvertaken } from './guard.ts';
import { type Journal, messageOf } from './journal.ts';
import { type Performers, performerOf, textOf } from './perform.ts';
import type { AnyStep } from './step.ts';

/** For all undo steps together; the user's signal has already fired, so it bounds nothing. */
const UNDO_BUDGET_MS = 120_000;

export interface UndoOptions<S extends AnyStep, R> {
	readonly performers: Performers<S, R>;
	readonly host: Host;
	/** Asked before each undo step. */
	readonly guard: Guard;
	/** For all undo steps together. Default 120,000. */
	readonly undoBudgetMs?: number;
	readonly words: Words;
}

/** What advice calls things. */
export interface Words {
	/** The command line tool, e.g. `pulse-railway`. */
	readonly tool: string;
	/** Where things stand, e.g. `on Railway`. */
	readonly where: string;
}

/**
 * Takes back the steps that were begun, last first, while they are surely this run's own: before each the guard is asked.
 * A run that another command has overtaken destroys nothing. What was not taken back is named in the error that it throws.
 */
export async function undo<S extends AnyStep, R>(
	{ begun, run }: Journal<S, R>,
	failure: unknown,
	{ performers, host, guard, undoBudgetMs = UNDO_BUDGET_MS, words }: UndoOptions<S, R>,
): Promise<void> {
	const steps = begun.flatMap((step) => (step.undo === undefined ? [] : [step.undo as S])).reverse();
	if (steps.length === 0) return;
	const signal = AbortSignal.timeout(undoBudgetMs);
	const left: string[] = [];
	for (const [index, step] of steps.entries()) {
		if (step.afterCleanUndo === true && left.length > 0) continue;
		try {
			await guard.confirm(signal);
			if (index === 0) host.notify({ level: 'warning', text: 'Undoing what this run created.' });
			const report = (waitingFor: string) =>
				host.notify({ level: 'step', id: step.id, state: 'waiting', text: `${step.title} (${waitingFor})` });
			const told = await performerOf(performers, step)(step, run, signal, report);
			host.notify({ level: 'step', id: step.id, state: 'undone', text: textOf(told) ?? step.title });
		} catch (error) {
			if (isOvertaken(error)) throw overtaken(failure, left, steps.slice(index), error, words);
			left.push(`${step.title}: ${messageOf(error)}`);
			host.notify({ level: 'step', id: step.id, state: 'failed', text: step.title });
		}
	}
	if (left.length === 0) return;
	const next = `Run the command again: it puts right what it finds unfinished. Or delete what is named above ${words.where}.`;
	throw withDetail(failure, ['Not undone:', ...left], next);
}

function overtaken(
	failure: unknown,
	left: readonly string[],
	rest: readonly AnyStep[],
	why: unknown,
	{ tool }: Words,
): DeployToolError {
	const titles = rest.filter((step) => step.afterCleanUndo !== true).map(({ title }) => title);
	const because = `Not undone, since another command may use it by now (${messageOf(why)}):`;
	return withDetail(
		failure,
		[...(left.length === 0 ? [] : ['Not undone:', ...left]), because, ...titles],
		`See what stands: ${tool} status. Run the command again if it is still wanted: it puts right what is unfinished.`,
	);
}

function withDetail(failure: unknown, lines: readonly string[], next: string): DeployToolError {
	const first = isDeployToolError(failure) ? failure : undefined;
	return new DeployToolError(first?.code ?? 'undo-failed', messageOf(failure), {
		fault: first?.fault ?? 'internal',
		detail: [first?.detail, ...lines].filter((line) => line !== undefined).join('\n'),
		next,
		cause: failure,
	});
}
