import type { Desk } from './ask-person.ts';
import { CancelledError } from './errors.ts';
import type { Host, HostMessage } from './host.ts';
import type { LiveRegion } from './live-region.ts';
import { isShown, type LineFormat, plainLine, type Verbosity } from './plain-line.ts';
import { printable } from './printable.ts';

export interface TerminalHostOptions {
	readonly input: NodeJS.ReadStream;
	/** Everything is written here; stdout is left to results. */
	readonly output: NodeJS.WriteStream;
	/** A person sits there: spinner and questions. Otherwise plain lines, and questions take their default. */
	readonly interactive: boolean;
	/** Default `normal`. */
	readonly verbosity?: Verbosity;
	/** Default {@link plainLine}. */
	readonly format?: LineFormat;
	/** Answers every question with yes (`--yes`). */
	readonly assumeYes?: boolean;
	readonly signal?: AbortSignal;
}

const asking = () => import('./ask-person.ts');

/** The longest that a timer takes. */
const MOST_MS = 2 ** 31 - 1;

export interface TerminalHost extends Host {
	/** Takes progress off the screen; call it before results or errors are printed. */
	close(): void;
	/** A question was answered with Ctrl-C or Ctrl-D, which a terminal sends as keys and not as a signal then. */
	interrupted(): boolean;
}

/** Speaks to a terminal, or in plain lines to a log. What only terminals need is loaded only there: CI starts quicker. */
export async function terminalHost(options: TerminalHostOptions): Promise<TerminalHost> {
	const verbosity = options.verbosity ?? 'normal';
	const live =
		options.interactive && verbosity !== 'quiet'
			? (await import('./live-region.ts')).liveRegion(options.output)
			: undefined;
	const format = options.format ?? plainLine;
	let lastLine: string | undefined;
	let interrupted = false;
	/** What is told while a question stands, by work that goes on beside it; it would write over what a person types. */
	let held: HostMessage[] | undefined;
	const host: TerminalHost = {
		notify(said) {
			if (held !== undefined) {
				held.push(said);
				return;
			}
			const message = { ...said, text: printable(said.text) };
			if (live !== undefined && message.level === 'step') updateSteps(live, message, format);
			else if (isShown(message, verbosity)) {
				if (message.level === 'section' && lastLine !== undefined) print('');
				print(format(message));
			}
		},
		async ask(question) {
			if (options.assumeYes === true) return true;
			if (!options.interactive) return question.default;
			return answered(async (desk) => (await asking()).askYesOrNo(question, desk), question.budgetMs);
		},
		async choose(question) {
			if (options.assumeYes === true) return question.yes;
			if (!options.interactive) return question.default;
			return answered(async (desk) => (await asking()).askChoice(question, desk), question.budgetMs, question.default);
		},
		close: () => live?.clear(),
		interrupted: () => interrupted,
	};
	return host;

	async function answered<T>(
		put: (desk: Desk) => Promise<T | undefined>,
		budgetMs = MOST_MS,
		otherwise?: T,
	): Promise<T> {
		live?.clear();
		const expired = AbortSignal.timeout(budgetMs);
		const signal = options.signal === undefined ? expired : AbortSignal.any([options.signal, expired]);
		held = [];
		const answer = await put({ ...options, signal }).finally(() => {
			const told = held ?? [];
			held = undefined;
			for (const message of told) host.notify(message);
		});
		if (answer === undefined && expired.aborted) {
			if (otherwise !== undefined) return otherwise;
			throw unanswered(budgetMs);
		}
		interrupted = answer === undefined;
		if (answer === undefined) throw new CancelledError('Cancelled; nothing was changed.');
		return answer;
	}

	function print(line: string): void {
		// A wait says the same at every poll.
		if (line === lastLine) return;
		lastLine = line;
		if (live === undefined) options.output.write(`${line}\n`);
		else live.print(line);
	}
}

function updateSteps(live: LiveRegion, message: HostMessage & { level: 'step' }, format: LineFormat): void {
	if (message.state === 'started' || message.state === 'waiting') live.set(message.id, message.text);
	else {
		live.remove(message.id);
		live.print(format(message));
	}
}

function unanswered(budgetMs: number): CancelledError {
	const time = budgetMs < 120_000 ? `${budgetMs / 1000} s` : `${Math.round(budgetMs / 60_000)} minutes`;
	return new CancelledError(`Nobody answered within ${time}; nothing was changed.`, {
		next: 'Run it again, or with --yes to agree without being asked.',
	});
}

/** Whether to show progress and ask: both ends are terminals, and no CI (`CI`, or `PULSE_ENV=ci`). */
export function isInteractive(
	input: { isTTY?: boolean },
	output: { isTTY?: boolean },
	env: Readonly<Record<string, string | undefined>>,
): boolean {
	const ci = env.CI ?? '';
	return (
		input.isTTY === true &&
		output.isTTY === true &&
		(ci === '' || ci === '0' || ci === 'false') &&
		env.PULSE_ENV !== 'ci' &&
		env.TERM !== 'dumb'
	);
}
