import { CancelledError, DeployToolError, isDeployToolError } from 'pulse-deploy-kit/errors';
import type { Plan, Step } from '../plan/step.ts';
import { guardOf, isOvertaken } from './guard.ts';
import { NotCommittedError } from './not-committed.ts';
import { perform } from './performers.ts';
import type { Run } from './run.ts';
import { undo } from './undo.ts';

/** Steps that change nothing, and may be taken after a sleep; and the live promotion, which asks for itself. */
const UNASKED = /^(await-|verify-|promote$)/;
const NEVER = new AbortController().signal;

export interface ExecuteOptions {
	readonly signal: AbortSignal;
	/** Leaves what was created in place after a failure (`--keep-failed`). */
	readonly keepFailed?: boolean;
}

/**
 * Carries out a plan step by step. A failure or abort before the commit point undoes the completed steps in reverse; from
 * there on nothing is undone and the error says what is left (decision 7).
 */
export async function execute(plan: Plan, run: Run, options: ExecuteOptions): Promise<void> {
	const begun: Step[] = [];
	let committed = false;
	for (const [index, step] of plan.steps.entries()) {
		// The durable write and the live one that follows belong together, so Ctrl-C between them waits.
		const waits = step.uninterruptible === true && committed;
		try {
			if (!waits) options.signal.throwIfAborted();
			if (!UNASKED.test(step.kind)) await guardOf(run).confirm(options.signal);
			begun.push(step);
			const signal = step.uninterruptible === true ? (run.lock?.lost ?? NEVER) : options.signal;
			await performReported(step, run, signal);
			committed ||= step.commitPoint === true;
		} catch (error) {
			if (step.optional === true && !options.signal.aborted) continue;
			const uncommitted = error instanceof NotCommittedError;
			const cause = uncommitted ? error.cause : error;
			const told = uncommitted || isOvertaken(cause);
			const failure = options.signal.aborted && !told ? cancelled(options.signal) : cause;
			if (committed || (step.commitPoint === true && begun.includes(step) && !uncommitted)) {
				throw unfinished(plan, index, failure);
			}
			if (options.keepFailed === true) throw kept(failure);
			await undo(begun, run, failure);
			throw plan.steps.some((planned) => planned.undo !== undefined) ? failure : unfinished(plan, index, failure);
		}
	}
}

async function performReported(step: Step, run: Run, signal: AbortSignal): Promise<void> {
	const { host } = run.ports;
	const tell = (state: 'started' | 'waiting' | 'done' | 'failed', text: string) =>
		host.notify({ level: 'step', id: step.id, state, text });
	tell('started', step.title);
	try {
		const outcome = await perform(step, run, signal, (waitingFor) => tell('waiting', `${step.title} (${waitingFor})`));
		tell('done', outcome === undefined ? step.title : `${step.title}: ${outcome}`);
	} catch (error) {
		if (step.optional === true && !signal.aborted) {
			tell('done', `${step.title}: skipped`);
			host.notify({ level: 'warning', text: `${step.title} failed: ${messageOf(error)}` });
		} else {
			tell('failed', step.title);
		}
		throw error;
	}
}

/** The user's interruption, or the loss of the lock, whichever aborted. */
function cancelled(signal: AbortSignal): unknown {
	return isDeployToolError(signal.reason) ? signal.reason : new CancelledError('Interrupted.');
}

function unfinished(plan: Plan, index: number, failure: unknown): unknown {
	if (!isDeployToolError(failure)) return failure;
	const left = plan.steps.slice(index).map((step) => `not done: ${step.title}`);
	return new DeployToolError(failure.code, failure.message, {
		fault: failure.fault,
		detail: [failure.detail, ...left].filter((line) => line !== undefined).join('\n'),
		next: `Finish it with: ${plan.resume}`,
		cause: failure,
	});
}

function kept(failure: unknown): unknown {
	if (!isDeployToolError(failure)) return failure;
	return new DeployToolError(failure.code, failure.message, {
		fault: failure.fault,
		detail: [failure.detail, 'What this run created was kept (--keep-failed); the next deploy deletes it.']
			.filter((line) => line !== undefined)
			.join('\n'),
		...(failure.next === undefined ? {} : { next: failure.next }),
		cause: failure,
	});
}

function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
