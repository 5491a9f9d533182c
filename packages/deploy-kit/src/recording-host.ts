import type { Host, HostChoice, HostMessage, HostQuestion } from './host.ts';

/** A host for tests and embedders: keeps every message and answers questions from a list, else by their default. */
export interface RecordingHost extends Host {
	readonly messages: readonly HostMessage[];
	readonly questions: readonly (HostQuestion | HostChoice)[];
	/** All text that was said, one line a message. */
	text(): string;
}

export function recordingHost(answers: readonly (boolean | string)[] = []): RecordingHost {
	const messages: HostMessage[] = [];
	const questions: (HostQuestion | HostChoice)[] = [];
	return {
		messages,
		questions,
		notify: (message) => void messages.push(message),
		ask: async (question) => {
			questions.push(question);
			const answer = answers[questions.length - 1];
			return typeof answer === 'boolean' ? answer : question.default;
		},
		choose: async <Answer extends string>(question: HostChoice<Answer>) => {
			questions.push(question);
			const answer = answers[questions.length - 1];
			if (answer === true) return question.yes;
			return typeof answer === 'string' ? (answer as Answer) : question.default;
		},
		text: () => messages.map((message) => message.text).join('\n'),
	};
}
