import type { Host, HostMessage, HostQuestion } from './host.ts';

/** A host for tests and embedders: keeps every message and answers questions from a list, else by their default. */
export interface RecordingHost extends Host {
	readonly messages: readonly HostMessage[];
	readonly questions: readonly HostQuestion[];
	/** All text that was said, one line a message. */
	text(): string;
}

export function recordingHost(answers: readonly boolean[] = []): RecordingHost {
	const messages: HostMessage[] = [];
	const questions: HostQuestion[] = [];
	return {
		messages,
		questions,
		notify: (message) => void messages.push(message),
		ask: async (question) => {
			questions.push(question);
			return answers[questions.length - 1] ?? question.default;
		},
		text: () => messages.map((message) => message.text).join('\n'),
	};
}
