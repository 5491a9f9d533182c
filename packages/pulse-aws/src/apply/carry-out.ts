import type { Plan, Step } from '../plan/step.ts';
import { title } from '../plan/step.ts';
import { perform } from './perform.ts';
import type { Run } from './run.ts';

/**
 * Runs the steps in order. A failure or Ctrl-C before the commit point calls `undo`, with time of its own; after it
 * nothing is undone, and what was not done is told.
 */
export async function carryOut(
	run: Run,
	plan: Plan,
	signal: AbortSignal,
	undo?: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
	const { host } = run.session;
	for (const [index, step] of plan.steps.entries()) {
		const text = title(step, run.id);
		const say = (state: 'started' | 'waiting' | 'done' | 'failed', more?: string) =>
			host.notify({ level: 'step', id: step.kind, state, text: more === undefined ? text : `${text}: ${more}` });
		try {
			signal.throwIfAborted();
			say('started');
			const outcome = await perform(run, step, signal, (waitingFor) => say('waiting', waitingFor));
			say('done', outcome);
		} catch (error) {
			say('failed');
			if (run.committed) tellWhatIsLeft(run, plan.steps.slice(index));
			else if (undo !== undefined) await undoAndTell(run, undo);
			throw error;
		}
	}
}

/** Undoing has its own time: the signal that ended the run is spent. */
const UNDO_MS = 180_000;

async function undoAndTell(
	{ session: { host }, id }: Run,
	undo: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
	try {
		await undo(AbortSignal.timeout(UNDO_MS));
		host.notify({
			level: 'step',
			id: 'undo',
			state: 'undone',
			text: `Removed what was made of ${id}; nothing has changed for visitors`,
		});
	} catch (error) {
		const why = error instanceof Error ? error.message : String(error);
		host.notify({
			level: 'warning',
			text: `Not everything of ${id} could be removed (${why}). The next deploy removes the rest.`,
		});
	}
}

function tellWhatIsLeft({ session: { host }, id }: Run, steps: readonly Step[]): void {
	const left = steps.map((step) => title(step, id)).join('; ');
	host.notify({
		level: 'warning',
		text: `Visitors are sent to ${id} already. Not done: ${left}. To go back: pulse-aws rollback.`,
	});
}
