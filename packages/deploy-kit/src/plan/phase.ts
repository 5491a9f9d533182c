import type { Host } from '../host.ts';
import { type Guard, NotCommittedError } from './guard.ts';
import { type Journal, messageOf } from './journal.ts';
import { learnt, type Performers, performerOf, textOf } from './perform.ts';
import { sideBySide, stages } from './stages.ts';
import type { AnyStep, Plan } from './step.ts';

const NEVER = new AbortController().signal;

/** Under what a plan is carried out. */
export interface Terms {
	/** Asked before each step that changes something. */
	readonly guard: Guard;
	/** The user's interruption, or the loss of a lock. */
	readonly signal: AbortSignal;
	/** Ends what the user's interruption must not: the loss of a lock alone. */
	readonly lost?: AbortSignal;
}

/** Carries out one plan step by step, telling progress and writing the journal. Rejects with what failed first. */
export async function carryOutPhase<S extends AnyStep, R>(
	plan: Plan<S>,
	journal: Journal<S, R>,
	performers: Performers<S, R>,
	host: Host,
	terms: Terms,
): Promise<void> {
	journal.plan = plan;
	journal.undoable ||= plan.steps.some((step) => step.undo !== undefined);
	let heading: string | undefined;
	for (const stage of stages(plan.steps)) {
		const section = stage[0]?.[0]?.section;
		if (section !== undefined && section !== heading) host.notify({ level: 'section', text: section });
		heading = section ?? heading;
		const tracks = stage.map((track) => async (signal: AbortSignal) => {
			for (const step of track) await carryOutStep(step, journal, performers, host, { ...terms, signal });
		});
		await sideBySide(tracks, terms.signal);
	}
}

async function carryOutStep<S extends AnyStep, R>(
	step: S,
	journal: Journal<S, R>,
	performers: Performers<S, R>,
	host: Host,
	{ guard, signal, lost = NEVER }: Terms,
): Promise<void> {
	// The durable write and the live one that follows belong together, so Ctrl-C between them waits.
	if (!(step.uninterruptible === true && journal.committed)) signal.throwIfAborted();
	if (step.passive !== true && step.guardsItself !== true) await guard.confirm(signal);
	journal.begun.push(step);
	const tell = (state: 'started' | 'waiting' | 'done' | 'failed', text: string) =>
		host.notify({ level: 'step', id: step.id, state, text });
	tell('started', step.title);
	try {
		const until = step.uninterruptible === true ? lost : signal;
		const report = (waitingFor: string) => tell('waiting', `${step.title} (${waitingFor})`);
		const told = await performerOf(performers, step)(step, journal.run, until, report);
		journal.run = learnt(journal.run, told);
		const text = textOf(told);
		tell('done', text === undefined ? step.title : `${step.title}: ${text}`);
		journal.committed ||= step.commitPoint === true;
	} catch (error) {
		if (step.optional !== true || signal.aborted) {
			tell('failed', step.title);
			journal.committed ||= step.commitPoint === true && !(error instanceof NotCommittedError);
			throw error;
		}
		tell('done', `${step.title}: skipped`);
		host.notify({ level: 'warning', text: `${step.title} failed: ${messageOf(error)}` });
	}
	journal.done.add(step);
}
