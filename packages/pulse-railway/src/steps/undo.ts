import { DeployToolError, isDeployToolError } from 'pulse-deploy-kit/errors';
import type { Step } from '../plan/step.ts';
import { guardOf, isOvertaken } from './guard.ts';
import { perform } from './performers.ts';
import type { Run } from './run.ts';

/** For all undo steps together; the user's signal has already fired, so it bounds nothing. */
const UNDO_BUDGET_MS = 120_000;

/**
 * Takes back the steps that were begun, last first, while they are surely this run's own: before each the guard is asked.
 * A run that another command has overtaken destroys nothing. What was not taken back is named in the error that it throws.
 */
export async function undo(begun: readonly Step[], run: Run, failure: unknown): Promise<void> {
	const steps = begun.flatMap((step) => (step.undo === undefined ? [] : [step.undo])).reverse();
	if (steps.length === 0) return;
	const { host } = run.ports;
	const signal = AbortSignal.timeout(UNDO_BUDGET_MS);
	const left: string[] = [];
	for (const [index, step] of steps.entries()) {
		if (step.afterCleanUndo === true && left.length > 0) continue;
		try {
			await guardOf(run).confirm(signal);
			if (index === 0) host.notify({ level: 'warning', text: 'Undoing what this run created.' });
			await perform(step, run, signal, () => {});
			host.notify({ level: 'step', id: step.id, state: 'undone', text: step.title });
		} catch (error) {
			if (isOvertaken(error)) throw overtaken(failure, left, steps.slice(index), error);
			left.push(`${step.title}: ${messageOf(error)}`);
			host.notify({ level: 'step', id: step.id, state: 'failed', text: step.title });
		}
	}
	if (left.length > 0) throw withDetail(failure, ['Not undone:', ...left], RUN_AGAIN);
}

const RUN_AGAIN =
	'Run the command again: it puts right what it finds unfinished. Or delete what is named above on Railway.';

function overtaken(failure: unknown, left: readonly string[], rest: readonly Step[], why: unknown): DeployToolError {
	const titles = rest.filter((step) => step.afterCleanUndo !== true).map(({ title }) => title);
	const because = `Not undone, since another command may use it by now (${messageOf(why)}):`;
	return withDetail(
		failure,
		[...(left.length === 0 ? [] : ['Not undone:', ...left]), because, ...titles],
		'See what stands: pulse-railway status. Run the command again if it is still wanted: it puts right what is unfinished.',
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

function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
