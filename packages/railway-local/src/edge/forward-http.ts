import {
	Agent,
	request as httpRequest,
	type IncomingMessage,
	type InformationEvent,
	type ServerResponse,
} from 'node:http';
import { trailerFields } from 'pulse-edge/forward/hop-by-hop';
import type { Target } from './edge.ts';
import { failure } from './failure.ts';
import { endToEnd, requestHeaders, responseHeaders } from './headers.ts';

/** As the router's: what it takes has to get there. A service's answer may be as large. */
export const MAX_HEAD_SIZE = 65_536;

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
			headers: [
				...requestHeaders(request),
				...(chunked ? ['Transfer-Encoding', 'chunked'] : []),
				...(/\btrailers\b/i.test(String(request.headers.te ?? '')) ? ['Connection', 'TE', 'TE', 'trailers'] : []),
			],
			maxHeaderSize: MAX_HEAD_SIZE,
			setHost: false,
			// What cannot be repeated never meets a connection that the service is just closing.
			agent: repeatable && attempt === 1 ? agent : false,
		});
		upstream.maxHeadersCount = 0;
		upstream.on('information', (interim) => passInterim(response, interim));
		upstream.on('socket', (socket) => {
			if (socket.connecting) socket.once('connect', pass);
			else pass();
		});
		upstream.on('response', (answer) => {
			// What it says of its time is the service's word, or is not said.
			response.sendDate = false;
			// A client that still waits to be asked for its body cannot be expected to send it any more.
			if (request.headers.expect !== undefined && !request.complete) response.shouldKeepAlive = false;
			response.writeHead(answer.statusCode ?? 502, answer.statusMessage, responseHeaders(answer, request));
			// Sent at once, as what it is: event streams may stay silent for long, and `flushHeaders` would send it as UTF-8.
			response.write('', 'latin1');
			answer.on('end', () => response.addTrailers(trailerFields(answer.rawTrailers)));
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
			if (!hasBody) {
				upstream.end();
				return;
			}
			// A client that waits to be asked for the body waits for the service.
			if (request.headers.expect !== undefined) upstream.write('', 'latin1');
			request.on('end', () => upstream.addTrailers(trailerFields(request.rawTrailers)));
			request.pipe(upstream);
		}
	}
}

/** 100 to a client that asked for it, the others (102, 103) to each that can understand them. */
function passInterim(response: ServerResponse, interim: InformationEvent): void {
	const { socket, req: request } = response;
	if (socket === null || response.headersSent || request.httpVersion === '1.0') return;
	if (interim.statusCode === 100) {
		if (request.headers.expect !== undefined) response.writeContinue();
		return;
	}
	const lines = endToEnd(interim.rawHeaders).map(([name, value]) => `${name}: ${value}\r\n`);
	socket.write(`HTTP/1.1 ${interim.statusCode} ${interim.statusMessage}\r\n${lines.join('')}\r\n`, 'latin1');
}

function refuse(response: ServerResponse, kind: Parameters<typeof failure>[0]): void {
	const { status, type, body } = failure(kind);
	if (!response.headersSent) response.writeHead(status, { 'content-type': type }).end(body);
}
