import { CancelledError } from '../errors.ts';
import type { Host, HostQuestion } from '../host.ts';
import { agreedText, renderPlan } from './render.ts';
import type { AnyStep, Plan } from './step.ts';

/** What a command would do, and what a person is asked before. */
export interface Proposal<S extends AnyStep> {
	readonly plan: Plan<S>;
	/** Asked in this order; with none, the plan is only shown. */
	readonly questions: readonly PlanQuestion[];
}

export interface PlanQuestion extends Pick<HostQuestion, 'text' | 'default'> {
	/** What to do after a no. */
	readonly next?: string;
}

/** What a command that changes something comes to; `result` is `null` for a dry run. */
export interface Outcome<S extends AnyStep, T> {
	readonly plan: Plan<S>;
	readonly result: T | null;
}

/** A person was asked and said no. */
export class DeclinedError extends CancelledError {
	constructor(next: string | undefined) {
		super('Declined; nothing was changed.', next === undefined ? {} : { next });
	}
}

/**
 * The one question of most commands; none where there is nothing to do.
 * @param destructive its default is no, which only `--yes` gets round without a terminal
 */
export function goOn({ title, steps }: Plan<AnyStep>, destructive = false): readonly PlanQuestion[] {
	if (steps.length === 0) return [];
	const text = `${title}: go on?`;
	if (!destructive) return [{ text, default: true }];
	return [{ text, default: false, next: 'Run it with --yes to agree without being asked.' }];
}

/** Shows the plan and asks. @throws DeclinedError */
export async function agree({ plan, questions }: Proposal<AnyStep>, host: Host, heading?: string): Promise<void> {
	if (heading !== undefined) host.notify({ level: 'section', text: heading });
	host.notify({ level: 'info', text: renderPlan(plan) });
	for (const { next, ...question } of questions) if (!(await host.ask(question))) throw new DeclinedError(next);
}

/** What was agreed to: another plan, or another question, is asked about again. */
export function agreementText({ plan, questions }: Proposal<AnyStep>): string {
	return [agreedText(plan), ...questions.map(({ text }) => text)].join('\n');
}
