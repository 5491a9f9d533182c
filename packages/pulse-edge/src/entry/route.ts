import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { affinityOf, isPinnedByHeader, reloadsOnStale, replicaAsked } from '../decide/affinity.ts';
import { isInternalPath } from '../decide/internal-path.ts';
import { needsLookup, type Resolution, resolve, type Target } from '../decide/resolve.ts';
import type { Container, RoutingView } from '../decide/route-table.ts';
import { startExchange } from '../forward/asset-exchange.ts';
import type { Upstream } from '../forward/claim.ts';
import { countFailure, type ForwardContext } from '../forward/context.ts';
import type { Front } from '../forward/forwarded.ts';
import { type HandshakeRequest, WebSocketHandshake } from '../forward/websocket.ts';
import { offersWebSocket } from '../node/request.ts';
import { impliedContainer } from '../page/implied-container.ts';
import { editsFor, type Lane, sampleOf } from '../page/lane.ts';
import { endLeftCookie } from '../page/left-cookie.ts';
import { servePage, socketTarget } from '../page/serve-page.ts';
import { failureAnswer, writeAnswer, writeRawAnswer } from '../report/answer.ts';
import type { FailureCause } from '../report/failures.ts';
import { failureReply, staleReply } from '../report/pages.ts';
import { type Answer, staleAnswer } from '../report/stale.ts';
import type { ReplicaWish } from '../upstream/replicas.ts';
import type { ClientRequest, ClientResponse } from './client-messages.ts';
import { findLane } from './find-lane.ts';
import { pageHeadOf, type RequestHead, readRequestHead } from './request-head.ts';
import { parseRequestTarget, type RequestTarget } from './request-target.ts';

/** What the program around the edge answers itself: `null` for a request that is not for it. Asked before anything is refused. */
export type OwnEndpoints = (request: ClientRequest, target: RequestTarget) => Promise<Answer> | null;

export interface RouteContext {
	readonly forward: ForwardContext;
	readonly own: OwnEndpoints;
	readonly front: Front;
	readonly nextRequestId: () => string;
}

/** One request: own endpoint, or refused, or resolve → claim → forward. */
export function routeRequest(context: RouteContext, request: ClientRequest, response: ClientResponse) {
	const { forward } = context;
	const refuse = (cause: FailureCause, path: string) => {
		countFailure(forward.failures, cause);
		forward.log.failed(cause, { request: '', method: request.method!, path, deployment: null }, null);
		reply(failureReply(request, cause));
	};
	const reply = (answer: Answer) => {
		// Readers of HTTP/1.0 do not agree on whether it has chunks, so not on where the next request begins.
		if (forward.draining || request.httpVersionMinor === 0) response.shouldKeepAlive = false;
		request.resume();
		writeAnswer(response, answer);
	};
	const target = parseRequestTarget(request.url!);
	if (target === null || request.httpVersionMajor !== 1) {
		response.shouldKeepAlive = false;
		return refuse('bad-request', request.url!);
	}
	const own = context.own(request, target);
	if (own !== null) {
		own.then(reply, (error) => failOwn(context, error, reply));
		return;
	}
	if (isInternalPath(target.path)) return refuse('internal-path', target.path);
	if (request.method === 'TRACE') return refuse('method-not-allowed', target.path);
	const head = readRequestHead(request.rawHeaders, forward.table.hasContainers, context.front);
	// In HTTP/1.0 there are no chunks (RFC 9112 §6.1): who is in front may have seen no body, and the next request in it.
	if (request.httpVersionMinor === 0 ? head.chunked : head.hosts === 0) head.refused = 'bad-request';
	if (target.authority !== null) head.host = target.authority;
	if (head.refused !== null) {
		// Its framing is not understood, so nothing behind it on this connection can be.
		response.shouldKeepAlive = false;
		return refuse(head.refused, target.path);
	}
	const affinity = affinityOf(target.query, head.affinity);
	head.pinnedByHeader = isPinnedByHeader(target.query, head.affinity);
	const lane = findLane(forward, request, head, affinity);
	resolving(context, lane?.view ?? forward.table, affinity, (resolution) => {
		// Gone while the table asked: a claim would never be released, because its response is closed already.
		if (response.destroyed) return;
		const container = containerOf(resolution) ?? impliedBy(forward, affinity, request, head, target);
		if (container !== undefined) {
			const page = pageHeadOf(head, request.rawHeaders);
			const asked = { request, response, head, page, target, affinity, resolution, container, lane };
			return servePage(forward, asked, reply, () => requestIdOf(context, head));
		}
		switch (resolution.kind) {
			case 'stale':
				return reply(staleReply(request, head, target));
			case 'not-found':
			case 'no-active':
				return refuse(forward.table.loaded ? resolution.kind : 'no-snapshot', target.path);
			case 'target': {
				const upstream = forward.upstreams.claimRequest(resolution.target);
				return forward.replicas.seat(upstream.serviceName, wishOf(target, head, affinity), (seat) => {
					if (seat === 'gone' || response.destroyed) {
						forward.upstreams.releaseRequest(upstream);
						return response.destroyed ? undefined : reply(staleReply(request, head, target));
					}
					const requestId = requestIdOf(context, head);
					const edits = editsFor(lane, endLeftCookie(head.page));
					const sample = sampleOf(lane, upstream.id);
					const assets = affinity === '' && forward.assets?.wants(request.method!, head) ? forward.assets : null;
					startExchange(forward, { request, response, head, target, upstream, seat, requestId, edits, sample }, assets);
				});
			}
		}
	});
}

/** One websocket handshake, on the bare socket. */
export function routeUpgrade(context: RouteContext, request: IncomingMessage, client: Socket, early: Buffer) {
	const { forward } = context;
	const refuse = (cause: FailureCause) => {
		countFailure(forward.failures, cause);
		forward.log.failed(
			cause,
			{ request: '', method: request.method!, path: target?.path ?? request.url!, deployment: null },
			null,
		);
		writeRawAnswer(client, failureAnswer(cause));
	};
	const target = parseRequestTarget(request.url!);
	if (target === null) return refuse('bad-request');
	if (isInternalPath(target.path)) return refuse('internal-path');
	const head = readRequestHead(request.rawHeaders, forward.table.hasContainers, context.front);
	if (target.authority !== null) head.host = target.authority;
	if (head.hosts === 0 || request.httpVersion !== '1.1' || !offersWebSocket(request)) head.refused = 'bad-request';
	if (head.refused === null && (request.method !== 'GET' || head.chunked || head.contentLength > 0))
		head.refused = 'bad-request';
	if (head.refused !== null) return refuse(head.refused);
	// It would only be closed again with 1012; a refusal sends the client to the next router at once.
	if (forward.draining) return refuse('draining-away');
	head.pinnedByHeader = isPinnedByHeader(target.query, head.affinity);
	const affinity = affinityOf(target.query, head.affinity);
	const lane = findLane(forward, request, head, affinity);
	resolving(context, lane?.view ?? forward.table, affinity, (resolution) => {
		if (client.destroyed) return;
		const container = containerOf(resolution) ?? impliedBy(forward, affinity, request, head, target);
		if (container !== undefined) {
			const page = pageHeadOf(head, request.rawHeaders);
			const to = socketTarget(forward, { request, head, page, target, affinity, resolution, container });
			if (to === null) return writeRawAnswer(client, staleAnswer(request.method!, head, 410));
			return openSocket(context, { head, target: to.target, client, early, seat: null, lane }, to.served);
		}
		const stale = () => writeRawAnswer(client, staleAnswer(request.method!, head));
		const mayReload = reloadsOnStale(target.query);
		switch (resolution.kind) {
			case 'stale': {
				if (!mayReload) return stale();
				const { active } = resolution;
				const seat = forward.replicas.anyOf(active.serviceName);
				return openSocket(context, { head, target, client, early, seat, lane: null }, active);
			}
			case 'not-found':
			case 'no-active':
				return refuse(forward.table.loaded ? resolution.kind : 'no-snapshot');
			case 'target': {
				const { target: served } = resolution;
				const upstream = forward.upstreams.claimSocket(served);
				return forward.replicas.seat(served.serviceName, wishOf(target, head, affinity), (found) => {
					if (client.destroyed || (found === 'gone' && !mayReload)) {
						forward.upstreams.releaseSocket(upstream);
						return client.destroyed ? undefined : stale();
					}
					// Any other one has its page load anew, since it does not know it (contract R3.2).
					const seat = found === 'gone' ? forward.replicas.anyOf(served.serviceName) : found;
					openSocket(context, { head, target, client, early, seat, lane }, served, upstream);
				});
			}
		}
	});
}

/** Of a client that names no deployment there is no page, so no replica that holds it. */
function wishOf({ query }: RequestTarget, head: RequestHead, affinity: string): ReplicaWish {
	const pinned = affinity !== '';
	return { token: pinned ? replicaAsked(query, head.replica) : '', pinned, document: head.fetchDest === 'document' };
}

function openSocket(
	context: RouteContext,
	request: Omit<HandshakeRequest, 'upstream' | 'fields' | 'sample'> & { readonly lane: Lane | null },
	to: Target,
	upstream: Upstream = context.forward.upstreams.claimSocket(to),
): void {
	const id = requestIdOf(context, request.head);
	const fields = { request: id, method: 'GET', path: request.target.path, deployment: to.id };
	const sample = sampleOf(request.lane, to.id);
	new WebSocketHandshake(context.forward, { ...request, upstream, fields, sample }).start();
	request.client.off('error', ignoreError);
}

function requestIdOf({ nextRequestId }: RouteContext, head: RequestHead): string {
	return head.requestId || head.railwayRequestId || nextRequestId();
}

/** One property: that is all that container apps cost others. */
function containerOf(resolution: Resolution): Container | undefined {
	if (resolution.kind === 'target') return resolution.target.container;
	return resolution.kind === 'stale' ? resolution.active.container : undefined;
}

/** Asked for nothing by name, which may all the same be of a container app's page: where there are some. */
function impliedBy(
	forward: ForwardContext,
	affinity: string,
	request: Pick<ClientRequest, 'method' | 'rawHeaders' | 'socket'>,
	head: RequestHead,
	{ query }: RequestTarget,
): Container | undefined {
	if (affinity !== '' || !forward.table.hasContainers) return undefined;
	return impliedContainer(forward, request, head, pageHeadOf(head, request.rawHeaders), query);
}

/** Synchronous but for an id that the table has to ask for. */
function resolving(context: RouteContext, view: RoutingView, affinity: string, then: (resolution: Resolution) => void) {
	const { table, servicePrefix } = context.forward;
	const asked = needsLookup(table, affinity) ? table.lookUp(affinity) : null;
	if (asked === null) return then(resolve(view, affinity, servicePrefix));
	asked.then(() => then(resolve(view, affinity, servicePrefix)));
}

/**
 * Node lets go of a socket at an upgrade, its error listener included, and an error without a listener ends the process:
 * this one listens until the handshake does. That something went wrong is told by `close`.
 */
export function ignoreError(): void {}

function failOwn(context: RouteContext, error: unknown, reply: (answer: Answer) => void): void {
	countFailure(context.forward.failures, 'router-defect');
	context.forward.log.failed('router-defect', { request: '', method: '', path: '', deployment: null }, error);
	reply(failureAnswer('router-defect'));
}
