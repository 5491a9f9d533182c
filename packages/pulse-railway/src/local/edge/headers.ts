import type { IncomingMessage } from 'node:http';
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
const HOP_BY_HOP = new Set([
	'connection',
	'keep-alive',
	'proxy-authenticate',
	'proxy-authorization',
	'proxy-connection',
	'te',
	'trailer',
	'transfer-encoding',
	'upgrade',
]);

/** Name and value in turn, duplicates and spelling kept. */
export function requestHeaders(request: IncomingMessage): string[] {
	return [
		...endToEnd(request.rawHeaders, request.headers.connection).filter(([name]) => !OWN.has(name.toLowerCase())),
		['X-Real-IP', request.socket.remoteAddress ?? '127.0.0.1'],
		['X-Forwarded-Proto', 'http'],
		['X-Forwarded-Host', request.headers.host ?? ''],
		['X-Railway-Edge', 'railway/local'],
		['X-Request-Start', String(Date.now())],
		['X-Railway-Request-Id', newId()],
	].flat();
}

export function responseHeaders(response: IncomingMessage): string[] {
	return endToEnd(response.rawHeaders, response.headers.connection).flat();
}

function endToEnd(raw: readonly string[], connection: string | undefined): [string, string][] {
	const named = new Set((connection ?? '').split(',').map((name) => name.trim().toLowerCase()));
	const pairs: [string, string][] = [];
	for (let i = 0; i < raw.length; i += 2) {
		const name = raw[i]!.toLowerCase();
		if (!HOP_BY_HOP.has(name) && !named.has(name)) pairs.push([raw[i]!, raw[i + 1]!]);
	}
	return pairs;
}
