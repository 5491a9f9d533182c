import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { WorldClock } from '../clock/world-clock.ts';
import { answer } from './answer.ts';
import type { Chosen } from './balancer.ts';
import { requestHeaders, responseHeaders } from './forward-headers.ts';

/** Real ms that a request in flight may keep time still; a stream that runs longer does not. */
const REQUEST_PATIENCE_MS = 250;
/** World time may jump over the whole deregistration delay: a request this young (real ms) is let finish. */
const YOUNG_MS = 1_000;

/** Streams both ways over a fresh connection; the target's status, headers and repeated headers pass as they are. */
export function forwardHttp(
	request: IncomingMessage,
	response: ServerResponse,
	{ target, group, cookies }: Chosen,
	clock: WorldClock,
): void {
	const [host, port] = target.address.split(':');
	const outgoing = httpRequest({
		host,
		port,
		method: request.method,
		path: request.url,
		headers: requestHeaders(request, { connection: 'close' }),
		agent: false,
		setHost: false,
	});
	const born = Date.now();
	const connection = {
		cut: () => {
			setTimeout(() => outgoing.destroy(), Math.max(0, born + YOUNG_MS - Date.now())).unref();
		},
	};
	target.connections.add(connection);
	void clock.hold(
		new Promise<void>((resolve) => {
			response.on('close', () => {
				target.connections.delete(connection);
				outgoing.destroy();
				resolve();
			});
		}),
		REQUEST_PATIENCE_MS,
	);
	outgoing.on('response', (incoming) => {
		group.counts.answered(incoming.statusCode ?? 502, clock.now());
		response.writeHead(incoming.statusCode ?? 502, incoming.statusMessage, responseHeaders(incoming, cookies));
		// An answer that ends early must not look complete to the client.
		incoming.on('error', () => response.destroy());
		incoming.pipe(response);
	});
	outgoing.on('error', () => {
		if (response.headersSent) response.destroy();
		else {
			group.counts.refused(clock.now());
			answer(response, { status: 502, contentType: 'text/html', body: '502 Bad Gateway' });
		}
	});
	request.pipe(outgoing);
}
