import { sideBySide } from 'pulse-deploy-kit/plan/stages';
import { section, stages } from '../plan/stages.ts';
import type { Plan, Step } from '../plan/step.ts';
import { title } from '../plan/step.ts';
import { perform } from './perform.ts';
import type { Run } from './run.ts';

/**
 * Runs the steps in order, independent ones side by side. A failure or Ctrl-C before the commit point calls `undo`, with
 * time of its own; after it nothing is undone, and what was not done is told.
 */
export async function carryOut(
	run: Run,
	plan: Plan,
	signal: AbortSignal,
	undo?: (signal: AbortSignal) => Promise<string>,
): Promise<void> {
	const { host } = run.session;
	let heading = '';
	const all = stages(plan.steps);
	for (const [index, stage] of all.entries()) {
		const [first] = stage.flat();
		if (first !== undefined && section(first) !== heading) {
			heading = section(first);
			host.notify({ level: 'section', text: heading });
		}
		try {
			await sideBySide(
				stage.map((track) => (either) => inOrder(run, track, either)),
				signal,
			);
		} catch (error) {
			if (run.committed) tellWhatIsLeft(run, all.slice(index).flat(2));
			else if (undo !== undefined) await undoAndTell(run, undo);
			throw error;
		}
	}
}

async function inOrder(run: Run, steps: readonly Step[], signal: AbortSignal): Promise<void> {
	const { host } = run.session;
	for (const step of steps) {
		signal.throwIfAborted();
		const text = title(step, run.id);
		const say = (state: 'started' | 'waiting' | 'done' | 'failed', more?: string) =>
			host.notify({ level: 'step', id: step.kind, state, text: more === undefined ? text : `${text}: ${more}` });
		try {
			say('started');
			say('done', await perform(run, step, signal, (waitingFor) => say('waiting', waitingFor)));
		} catch (error) {
			say('failed');
			throw error;
		}
	}
}

/** Undoing has its own time: the signal that ended the run is spent. Tasks may take minutes to end. */
const UNDO_MS = 16 * 60_000;

async function undoAndTell(
	{ session: { host }, id }: Run,
	undo: (signal: AbortSignal) => Promise<string>,
): Promise<void> {
	try {
		const text = await undo(AbortSignal.timeout(UNDO_MS));
		host.notify({ level: 'step', id: 'undo', state: 'undone', text });
	} catch (error) {
		const why = error instanceof Error ? error.message : String(error);
		host.notify({
			level: 'warning',
			text: `Not everything of ${id} could be removed (${why}). The next deploy removes the rest.`,
		});
	}
}

function tellWhatIsLeft({ session: { host }, id, previousTargetGroupArn }: Run, steps: readonly Step[]): void {
	const left = steps.map((step) => title(step, id)).join('; ');
	host.notify({
		level: 'warning',
		text: `Visitors are sent to ${id} already. Not done: ${left}. ${previousTargetGroupArn === null ? 'The next deploy writes down what is missing.' : 'To go back: pulse-aws rollback.'}`,
	});
}
