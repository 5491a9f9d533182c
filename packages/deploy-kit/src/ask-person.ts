import { confirm, isCancel, text } from '@clack/prompts';
import type { HostChoice, HostQuestion } from './host.ts';
import { printable } from './printable.ts';
import { dropTypeAhead } from './type-ahead.ts';

/** Where the person sits. */
export interface Desk {
	readonly input: NodeJS.ReadStream;
	readonly output: NodeJS.WriteStream;
	readonly signal?: AbortSignal;
}

/** `undefined`: cancelled, or the terminal was closed. */
export function askYesOrNo(question: HostQuestion, desk: Desk): Promise<boolean | undefined> {
	return answer(desk, (common) =>
		confirm({ message: printable(question.text), initialValue: question.default, ...common }),
	);
}

/** `undefined`: cancelled, or the terminal was closed. */
export async function askChoice<Answer extends string>(
	question: HostChoice<Answer>,
	desk: Desk,
): Promise<Answer | undefined> {
	const meaning = (typed = '') => answerTo(question, typed);
	const wanted = `Type ${choices(question)}`;
	const typed = await answer(desk, (common) =>
		text({
			message: `${printable(question.text)} (${choices(question)})`,
			validate: (value) => (meaning(value) === undefined ? wanted : undefined),
			...common,
		}),
	);
	return typed === undefined ? undefined : meaning(typed);
}

/** The answer that these words stand for. */
function answerTo<Answer extends string>({ answers }: HostChoice<Answer>, typed: string): Answer | undefined {
	const word = typed.trim().toLowerCase();
	return (Object.keys(answers) as Answer[]).find((one) => answers[one].includes(word));
}

/** `Enter: again, skip or cancel`. */
function choices({ answers }: HostChoice): string {
	const shown = Object.entries(answers).map(([name, [word = name]]) => (word === '' ? `Enter: ${name}` : word));
	return [shown.slice(0, -1).join(', '), ...shown.slice(-1)].filter((part) => part !== '').join(' or ');
}

type Common = Desk & { readonly signal: AbortSignal };

/** Ctrl-D and a terminal that went away end the prompt's reading without an answer, and would leave it waiting for ever. */
async function answer<T>(
	{ input, output, signal }: Desk,
	prompt: (common: Common) => Promise<T>,
): Promise<Exclude<T, symbol> | undefined> {
	if ((await dropTypeAhead(input)) || input.readableEnded || input.destroyed) return undefined;
	const over = new AbortController();
	const end = () => over.abort();
	const onKey = (_text: unknown, key?: { readonly name?: string; readonly ctrl?: boolean }) => {
		if (key?.ctrl === true && key.name === 'd') end();
	};
	input.on('keypress', onKey).once('end', end).once('close', end);
	try {
		const signals = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]);
		const given = await prompt({ input, output, signal: signals });
		return isCancel(given) ? undefined : (given as Exclude<T, symbol>);
	} finally {
		input.off('keypress', onKey).off('end', end).off('close', end);
	}
}
