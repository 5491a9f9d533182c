import type { IncomingMessage } from 'node:http';
import { trailerFields } from './hop-by-hop.ts';
import type { Exchange, UpstreamConnection } from './upstream/connection.ts';

/** Streams a request body, never faster than the backend takes it. Framing is ours: nothing of the client's reaches the backend. */
export function sendBody(
	request: IncomingMessage,
	connection: UpstreamConnection,
	exchange: Exchange,
	chunked: boolean,
	onBytes: (bytes: number) => void,
): void {
	request.on('data', (chunk: Buffer) => {
		// After an early end of the exchange the rest is read and dropped, so that the client gets to its answer.
		if (!connection.serves(exchange)) return;
		onBytes(chunk.length);
		if (!connection.write(chunk, chunked)) request.pause();
	});
	request.on('end', () => {
		if (connection.serves(exchange)) connection.endRequest(chunked ? lastChunk(request.rawTrailers) : '');
	});
}

/** The client is to send more; else it is the backend that does not take what was sent. */
export function awaitsBody(request: IncomingMessage): boolean {
	return !request.complete && !request.isPaused();
}

function lastChunk(rawTrailers: readonly string[]): string {
	let text = '0\r\n';
	for (const [name, value] of trailerFields(rawTrailers)) text += `${name}: ${value}\r\n`;
	return `${text}\r\n`;
}
