import type { IncomingMessage } from 'node:http';
import { droppedBy, HOP_BY_HOP } from 'pulse-edge/forward/hop-by-hop';
import { newId } from '../world/ids.ts';

/** Set by the edge alone: what a client sends under these names is dropped (facts §6). */
const OWN = new Set([
	'x-real-ip',
	'x-forwarded-proto',
	'x-forwarded-host',
	'x-railway-edge',
	'x-request-start',
	'x-railway-request-id',
]);

/** Name and value in turn; duplicates, spelling and bytes beyond ASCII kept. */
export function requestHeaders(request: IncomingMessage): string[] {
	return withOwn(request, endToEnd(request.rawHeaders));
}

/** What decides about a switch of protocols is all there: from here on bytes pass as they are. */
export function handshakeHeaders(request: IncomingMessage): string[] {
	return withOwn(request, pairsOf(request.rawHeaders));
}

function withOwn(request: IncomingMessage, given: readonly [string, string][]): string[] {
	return [
		...given.filter(([name]) => !OWN.has(name.toLowerCase())),
		['X-Real-IP', request.socket.remoteAddress ?? '127.0.0.1'],
		['X-Forwarded-Proto', 'http'],
		['X-Forwarded-Host', request.headers.host ?? ''],
		['X-Railway-Edge', 'railway/local'],
		['X-Request-Start', String(Date.now())],
		['X-Railway-Request-Id', newId()],
	].flat();
}

/** Trailers may only be announced where they can follow: Node throws elsewhere. */
export function responseHeaders(answer: IncomingMessage, request: IncomingMessage): string[] {
	const chunked = answer.headers['transfer-encoding'] !== undefined && answer.statusCode !== 304;
	const trailers = chunked && request.method !== 'HEAD' && request.httpVersion !== '1.0';
	return endToEnd(answer.rawHeaders)
		.filter(([name]) => trailers || name.toLowerCase() !== 'trailer')
		.flat();
}

/** The router's own rules for one hop, so that nothing is lost here that would reach an app behind it. */
export function endToEnd(raw: readonly string[]): [string, string][] {
	const named = droppedBy(raw);
	return pairsOf(raw).filter(([name]) => !HOP_BY_HOP.has(name.toLowerCase()) && !named?.has(name.toLowerCase()));
}

function pairsOf(raw: readonly string[]): [string, string][] {
	const pairs: [string, string][] = [];
	for (let i = 0; i < raw.length; i += 2) pairs.push([raw[i]!, raw[i + 1]!]);
	return pairs;
}
