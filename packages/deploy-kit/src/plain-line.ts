import type { HostMessage } from './host.ts';

export type Verbosity = 'quiet' | 'normal' | 'verbose';

/** How a program's messages become lines, without colour. */
export type LineFormat = (message: HostMessage) => string;

const STEP_MARK = { started: '…', waiting: '·', done: '✓', failed: '✗', undone: '↩' } as const;

/** Whether this message is shown as a line. Quiet keeps warnings and failures; verbose adds debug and beginnings of steps. */
export function isShown(message: HostMessage, verbosity: Verbosity): boolean {
	if (verbosity === 'verbose') return true;
	if (verbosity === 'quiet')
		return message.level === 'warning' || (message.level === 'step' && message.state === 'failed');
	return message.level !== 'debug' && !(message.level === 'step' && message.state === 'started');
}

/** The format of programs that have none of their own. */
export function plainLine(message: HostMessage): string {
	switch (message.level) {
		case 'step':
			return `${STEP_MARK[message.state]} ${message.text}`;
		case 'output':
			return `  ${message.source} | ${message.text}`;
		case 'warning':
			return `Warning: ${message.text}`;
		case 'success':
			return `✓ ${message.text}`;
		case 'section':
			return `${message.text}:`;
		default:
			return message.text;
	}
}
