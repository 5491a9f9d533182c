import { DeployToolError, isDeployToolError } from 'pulse-deploy-kit/errors';
import type { Step } from '../plan/step.ts';
import { perform } from './perform.ts';
import type { Run } from './run.ts';

/** For all undo steps together; the user's signal has already fired, so it bounds nothing. */
const UNDO_BUDGET_MS = 120_000;

/** Takes back the steps that were begun, last first. What cannot be taken back is named in the error that it throws. */
export async function undo(begun: readonly Step[], run: Run, failure: unknown): Promise<void> {
	const steps = begun.flatMap((step) => (step.undo === undefined ? [] : [step.undo])).reverse();
	if (steps.length === 0) return;
	const { host } = run.ports;
	host.notify({ level: 'warning', text: 'Undoing what this run created.' });
	const signal = AbortSignal.timeout(UNDO_BUDGET_MS);
	const left: string[] = [];
	for (const step of steps) {
		if (step.afterCleanUndo === true && left.length > 0) continue;
		try {
			await perform(step, run, signal, () => {});
			host.notify({ level: 'step', id: step.id, state: 'undone', text: step.title });
		} catch (error) {
			left.push(`${step.title}: ${error instanceof Error ? error.message : String(error)}`);
			host.notify({ level: 'step', id: step.id, state: 'failed', text: step.title });
		}
	}
	if (left.length > 0) throw bothFailed(failure, left);
}

function bothFailed(failure: unknown, left: readonly string[]): DeployToolError {
	const first = isDeployToolError(failure) ? failure : undefined;
	return new DeployToolError(
		first?.code ?? 'undo-failed',
		failure instanceof Error ? failure.message : String(failure),
		{
			fault: first?.fault ?? 'internal',
			detail: [first?.detail, 'Not undone:', ...left].filter((line) => line !== undefined).join('\n'),
			next: 'Run the command again: it puts right what it finds unfinished. Or delete what is named above on Railway.',
			cause: failure,
		},
	);
}
