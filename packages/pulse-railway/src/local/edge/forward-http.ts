import { Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Target } from './edge.ts';
import { failure } from './failure.ts';
import { requestHeaders, responseHeaders } from './headers.ts';

export const createUpstreamAgent = (): Agent => new Agent({ keepAlive: true, maxFreeSockets: 256 });

/** A connection refused while a service is being replaced leads to its successor. */
const MAX_ATTEMPTS = 3;
/** Methods that may be sent again when a kept-alive connection turns out to be closed. */
const REPEATABLE = new Set(['GET', 'HEAD', 'OPTIONS']);

export function forwardHttp(
	pick: () => Target,
	agent: Agent,
	request: IncomingMessage,
	response: ServerResponse,
): void {
	const chunked = request.headers['transfer-encoding'] !== undefined;
	const hasBody = chunked || Number(request.headers['content-length'] ?? 0) > 0;
	const repeatable = !hasBody && REPEATABLE.has(request.method ?? '');
	send(1);

	function send(attempt: number): void {
		const target = pick();
		if (typeof target !== 'number') {
			refuse(response, target === null ? 'no-deployment' : 'no-answer');
			return;
		}
		let sent = false;
		const upstream = httpRequest({
			host: '127.0.0.1',
			port: target,
			method: request.method ?? 'GET',
			path: request.url ?? '/',
			// Said explicitly: Node would send the chunked body of a DELETE without any framing.
			headers: [...requestHeaders(request), ...(chunked ? ['Transfer-Encoding', 'chunked'] : [])],
			setHost: false,
			// What cannot be repeated never meets a connection that the service is just closing.
			agent: repeatable && attempt === 1 ? agent : false,
		});
		upstream.on('socket', (socket) => {
			if (socket.connecting) socket.once('connect', pass);
			else pass();
		});
		upstream.on('response', (answer) => {
			response.writeHead(answer.statusCode ?? 502, answer.statusMessage, responseHeaders(answer));
			// Sent at once: event streams may stay silent for long.
			response.flushHeaders();
			answer.pipe(response);
			answer.on('error', () => response.destroy());
		});
		upstream.on('error', () => {
			const again = attempt < MAX_ATTEMPTS && (!sent || (upstream.reusedSocket && repeatable));
			if (response.headersSent || response.destroyed) response.destroy();
			else if (again) send(attempt + 1);
			else refuse(response, 'no-answer');
		});
		response.once('close', () => upstream.destroy());

		function pass(): void {
			sent = true;
			if (hasBody) request.pipe(upstream);
			else upstream.end();
		}
	}
}

function refuse(response: ServerResponse, kind: Parameters<typeof failure>[0]): void {
	const { status, type, body } = failure(kind);
	if (!response.headersSent) response.writeHead(status, { 'content-type': type }).end(body);
}
