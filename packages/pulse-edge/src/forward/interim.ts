import type { ClientResponse } from '../entry/client-messages.ts';
import type { RequestHead } from '../entry/request-head.ts';
import { interimLines } from './headers.ts';

interface Interim {
	readonly status: number;
	readonly reason: string;
	readonly headers: readonly string[];
}

/** Passes on a 1xx response: 100 to a client that asked for it, the others (102, 103) to each that can understand them. */
export function passInterim(response: ClientResponse, head: RequestHead, { status, reason, headers }: Interim): void {
	// Only the response whose turn it is holds the socket; HTTP/1.0 knows no interim responses.
	const { socket } = response;
	if (socket === null || response.headersSent || response.req.httpVersion === '1.0') return;
	// Of no use to a client that does not read, and a backend may send them without end.
	if (socket.writableNeedDrain) return;
	if (status !== 100) socket.write(`HTTP/1.1 ${status} ${reason}\r\n${interimLines(headers)}\r\n`, 'latin1');
	else if (head.expectsContinue) response.writeContinue();
}
