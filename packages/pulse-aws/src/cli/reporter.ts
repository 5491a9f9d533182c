import type { HostMessage } from 'pulse-deploy-kit/host';
import type { LineFormat } from 'pulse-deploy-kit/plain-line';

interface Marks {
	section(text: string): string;
	readonly ok: string;
	readonly warning: string;
	readonly failed: string;
	readonly undone: string;
}

const TERMINAL: Marks = {
	section: (text) => `=== ${text} ===`,
	ok: '[ok]',
	warning: '[warn]',
	failed: '[failed]',
	undone: '[undone]',
};
const CI: Marks = {
	section: (text) => `## ${text}`,
	ok: 'SUCCESS:',
	warning: 'WARNING:',
	failed: 'FAILED:',
	undone: 'UNDONE:',
};

/** Contract A14. What is under way and what others print is detail, four spaces in. */
export function reporterFormat(env: Readonly<Record<string, string | undefined>>): LineFormat {
	const marks = env.PULSE_ENV === 'ci' ? CI : TERMINAL;
	return (message) => line(message, marks);
}

function line(message: HostMessage, marks: Marks): string {
	switch (message.level) {
		case 'section':
			return marks.section(message.text);
		case 'success':
			return `${marks.ok} ${message.text}`;
		case 'warning':
			return `${marks.warning} ${message.text}`;
		case 'output':
			return `    ${message.source} | ${message.text}`;
		case 'step':
			return message.state === 'started' || message.state === 'waiting'
				? `    ${message.text}`
				: `${message.state === 'done' ? marks.ok : marks[message.state]} ${message.text}`;
		default:
			return message.text;
	}
}
