import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { countFailure } from '../forward/context.ts';
import { leaveUnlessAnswered } from '../forward/half-closed.ts';
import { allowHalfOpen } from '../node/half-open.ts';
import { ObservedRequest, offersWebSocket, PlainRequest } from '../node/request.ts';
import { type PlainResponse, responseClass } from '../node/response.ts';
import { failureAnswer, writeRawAnswer } from '../report/answer.ts';
import type { FailureCause } from '../report/failures.ts';
import type { ClientRequest, ClientResponse } from './client-messages.ts';
import { serveDirectly } from './direct-entry.ts';
import { closeAfterAnswers, handshakeInTurn, inTurn, mayNotWait, owedResponse } from './in-turn.ts';
import { ignoreError, type RouteContext, routeRequest, routeUpgrade } from './route.ts';

/** Node answers a larger head with 431; Railway's edge passes 32 KB at most (docs/platform-facts/railway.md §6). */
const MAX_HEADER_SIZE = 65_536;
/** Longer than the edge keeps idle connections (60 s), so that it is the edge that closes them. */
const KEEP_ALIVE_MS = 75_000;

/** Node's own server and parser, strict, for everything that comes from outside. */
export function createHttpServer(
	route: RouteContext,
	headersTimeoutMs: number,
	direct: boolean,
): Server<typeof PlainRequest, typeof PlainResponse> {
	const internals = route.forward.nodeInternals;
	const server = createServer({
		IncomingMessage: internals ? RouterRequest : PlainRequest,
		ServerResponse: responseClass(internals),
		// Newer Nodes ask this instead.
		...(internals ? {} : { shouldUpgradeCallback: offersWebSocket }),
		// Checked with the other rules for heads; here it would build a header object for every request.
		requireHostHeader: false,
		// What a slow reader may be ahead of: below it a backend is not paused, which costs system calls.
		highWaterMark: 262_144,
		keepAliveTimeout: KEEP_ALIVE_MS,
		headersTimeout: headersTimeoutMs,
		// Large uploads take as long as they take; the idle sweep ends those that stall.
		requestTimeout: 0,
		connectionsCheckingInterval: Math.min(headersTimeoutMs, 5_000),
		maxHeaderSize: MAX_HEADER_SIZE,
		insecureHTTPParser: false,
		noDelay: true,
		// An idle websocket whose client vanished without a word would keep its deployment in use until the maximum age.
		keepAlive: true,
		keepAliveInitialDelay: 30_000,
	});
	// Beyond its limit Node drops headers silently, and which ones is up to the client.
	server.maxHeadersCount = 0;
	const refused = new WeakSet<Socket>();
	const refuse = (socket: Socket, code: string) => {
		const cause = PARSE_FAILURES[code] ?? 'bad-request';
		if (code === 'ECONNRESET') return void socket.destroy();
		// Node tells of the same one again with each further read.
		if (refused.has(socket)) return;
		refused.add(socket);
		if (!socket.writable) return void socket.destroy();
		countFailure(route.forward.failures, cause);
		route.forward.log.refusedInput(code, socket.remoteAddress ?? '');
		const owed = owedResponse(socket);
		const answer = () => writeRawAnswer(socket, failureAnswer(cause));
		if (owed === null) answer();
		// The answer to the request before comes first, unless it is that one's body which is malformed.
		else if (owed.req.complete) owed.once('close', answer);
		else if (!owed.headersSent) answer();
		else socket.destroy();
	};
	if (direct && internals) {
		const toRoute = (request: ClientRequest, response: ClientResponse) => routeRequest(route, request, response);
		serveDirectly(server, { route: toRoute, refuse, keepAliveMs: KEEP_ALIVE_MS, headersTimeoutMs });
	}
	const onRequest = (request: PlainRequest, response: PlainResponse) => {
		response.sendDate = false;
		// Node's parser stops at an offered upgrade, and what was read behind it is lost.
		if (request.offered ?? request.headers.upgrade !== undefined) response.shouldKeepAlive = false;
		inTurn(request, response, () => routeRequest(route, request, response));
	};
	server.on('request', onRequest);
	server.on('checkContinue', onRequest);
	// An expectation that is not known here may be known to the app (RFC 9110 §10.1.1); Node would answer 417 by itself.
	server.on('checkExpectation', onRequest);
	if (internals) allowHalfOpen(server);
	server.on('connection', (socket) => void socket.on('end', leaveUnlessAnswered));
	server.on('upgrade', (request, socket, early) => {
		socket.on('error', ignoreError);
		if (request.excess) return closeAfterAnswers(socket as Socket);
		handshakeInTurn(socket as Socket, () => routeUpgrade(route, request, socket as Socket, early));
	});
	server.on('connect', (request, socket) => {
		socket.on('error', ignoreError);
		if (request.excess) return closeAfterAnswers(socket as Socket);
		handshakeInTurn(socket as Socket, () => {
			countFailure(route.forward.failures, 'method-not-allowed');
			writeRawAnswer(socket as Socket, failureAnswer('method-not-allowed'));
		});
	});
	server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuse(socket as Socket, error.code ?? ''));
	return server;
}

const PARSE_FAILURES: Readonly<Record<string, FailureCause>> = {
	HPE_HEADER_OVERFLOW: 'headers-too-large',
	ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
};

class RouterRequest extends ObservedRequest {
	protected override isExcess(): boolean {
		return mayNotWait(this.socket);
	}
}
