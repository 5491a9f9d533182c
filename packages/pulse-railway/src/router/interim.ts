import type { RouterResponse } from './messages.ts';
import type { RequestHead } from './request-head.ts';

interface Interim {
	readonly status: number;
	readonly reason: string;
	readonly headers: readonly string[];
}

/** Passes on a 1xx response: 100 to whoever asked for it, the others (102, 103) to everybody who can understand them. */
export function passInterim(response: RouterResponse, head: RequestHead, { status, reason, headers }: Interim): void {
	// Of no use to a client that does not read, and a backend may send them without end.
	if (response.socket?.writableNeedDrain) return;
	if (status === 100) {
		if (head.expectsContinue) response.writeContinue();
		return;
	}
	// Only the response whose turn it is holds the socket; HTTP/1.0 knows no interim responses.
	if (response.socket === null || response.headersSent || response.req.httpVersion === '1.0') return;
	let text = `HTTP/1.1 ${status} ${reason}\r\n`;
	for (let i = 0; i < headers.length; i += 2) text += `${headers[i]}: ${headers[i + 1]}\r\n`;
	response.socket.write(`${text}\r\n`, 'latin1');
}
