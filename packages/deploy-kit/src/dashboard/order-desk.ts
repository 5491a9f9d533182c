import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { CommandResult } from '../command.ts';
import type { Host, HostQuestion } from '../host.ts';
import { printable } from '../printable.ts';
import { errorText } from '../report-error.ts';
import { type Action, answered, asked, begun, ended, heard, stepped } from './action.ts';
import { commandText, type Order } from './order.ts';

export interface OrderDeskOptions {
	readonly tool: string;
	/** Runs the very command; its plan and its questions come to the host. */
	readonly carryOut: (order: Order, host: Host, signal: AbortSignal) => Promise<CommandResult>;
	readonly onChange: (action: Action) => void;
	/** Whether a page is open that can answer. */
	readonly isWatched: () => boolean;
	readonly clock: Clock;
	/** Ends what is being done as Ctrl-C ends a command: undone before its commit point, left alone after. */
	readonly signal: AbortSignal;
	/** For a question with no page open, milliseconds. Default 30,000. */
	readonly unwatchedMs?: number;
}

const UNWATCHED_MS = 30_000;
const LOOK_MS = 1_000;

/**
 * Carries out one order at a time. It is asked as the command asks; the answer names the question, so that no click agrees to a
 * plan that has become another one meanwhile. A page that is closed changes nothing of what was agreed to.
 */
export class OrderDesk {
	readonly #options: OrderDeskOptions;
	#action: Action | null = null;
	#interruption = new AbortController();
	#answer: ((yes: boolean) => void) | null = null;
	#questions = 0;
	#work: Promise<void> = Promise.resolve();

	constructor(options: OrderDeskOptions) {
		this.#options = options;
	}

	/** The last one, also when it has ended. */
	get action(): Action | null {
		return this.#action;
	}

	get isBusy(): boolean {
		return this.#action !== null && this.#action.outcome === null;
	}

	/** False while another is being done. */
	begin(order: Order): boolean {
		if (this.isBusy) return false;
		this.#interruption = new AbortController();
		this.#show(begun(randomBytes(8).toString('hex'), order, commandText(this.#options.tool, order)));
		this.#work = this.#run(order);
		return true;
	}

	/** False where that question does not stand any more. */
	answer(key: string, question: number, yes: boolean): boolean {
		if (this.#action?.key !== key || this.#action.question?.number !== question || this.#answer === null) return false;
		this.#answer(yes);
		return true;
	}

	/** As Ctrl-C would. */
	interrupt(key: string): boolean {
		if (!this.isBusy || this.#action?.key !== key) return false;
		this.#interruption.abort();
		return true;
	}

	/** When what is being done has ended. */
	settled(): Promise<void> {
		return this.#work;
	}

	async #run(order: Order): Promise<void> {
		const { carryOut, signal } = this.#options;
		const interrupted = AbortSignal.any([signal, this.#interruption.signal]);
		try {
			const { text = 'Done.', exitCode = 0 } = await carryOut(order, this.#host(interrupted), interrupted);
			this.#end(exitCode === 0 ? 'done' : 'failed', printable(text));
		} catch (error) {
			this.#end('failed', errorText(error, false, ''));
		}
	}

	#host(signal: AbortSignal): Host {
		return {
			notify: (message) => {
				const text = printable(message.text);
				if (this.#action === null || message.level === 'debug' || message.level === 'output') return;
				if (message.level === 'step') this.#show(stepped(this.#action, { ...message, text }));
				else this.#show(heard(this.#action, message.level === 'warning' ? `Warning: ${text}` : text));
			},
			ask: (question) => this.#ask(question, signal),
			choose: async (question) => question.default,
		};
	}

	async #ask(question: HostQuestion, signal: AbortSignal): Promise<boolean> {
		if (this.#action === null) return false;
		this.#show(asked(this.#action, printable(question.text), question.default, ++this.#questions));
		const over = new AbortController();
		const either = AbortSignal.any([signal, over.signal]);
		const yes = await Promise.race([
			new Promise<boolean>((resolve) => {
				this.#answer = resolve;
				either.addEventListener('abort', () => resolve(false), { once: true });
			}),
			this.#forgotten(question.budgetMs ?? Number.POSITIVE_INFINITY, either),
		]).finally(() => over.abort());
		this.#answer = null;
		if (this.#action !== null) this.#show(answered(this.#action, yes));
		return yes;
	}

	/** Resolves, to no, once no page has shown the question for a while, or its time is over without an answer. */
	async #forgotten(budgetMs: number, signal: AbortSignal): Promise<boolean> {
		const { clock, isWatched, unwatchedMs = UNWATCHED_MS } = this.#options;
		const began = clock.now();
		let seenAt = began;
		while (!signal.aborted) {
			await clock.sleep(Math.min(LOOK_MS, unwatchedMs), signal).catch(() => {});
			if (isWatched()) seenAt = clock.now();
			if (clock.now() - seenAt >= unwatchedMs || clock.now() - began >= budgetMs) return false;
		}
		return false;
	}

	#end(phase: 'done' | 'failed', outcome: string): void {
		if (this.#action !== null) this.#show(ended(this.#action, phase, outcome.trim()));
	}

	#show(action: Action): void {
		this.#action = action;
		this.#options.onChange(action);
	}
}
