import type { OutgoingMessage } from 'node:http';

/** What Node's types leave out. */
interface Sends {
	_send(data: string, encoding: 'latin1'): void;
}

/**
 * Sends a head that is written and has no body yet. Node's own `flushHeaders` sends it as UTF-8, which makes two bytes of each
 * one beyond ASCII; with a body, and at the end, Node sends heads as Latin-1 itself.
 */
export function flushHead(message: OutgoingMessage): void {
	(message as unknown as Sends)._send('', 'latin1');
}
