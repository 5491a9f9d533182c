import type { IncomingMessage } from 'node:http';

const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'upgrade']);

/** `[name, value]` pairs as they came, repeated ones included. */
export function headerPairs(message: IncomingMessage): Array<[string, string]> {
	const pairs: Array<[string, string]> = [];
	for (let at = 0; at < message.rawHeaders.length; at += 2) {
		pairs.push([message.rawHeaders[at]!, message.rawHeaders[at + 1]!]);
	}
	return pairs;
}

/** Flat list for `writeHead`: everything but the headers of this one hop. */
export function responseHeaders(message: IncomingMessage, cookies: readonly string[]): string[] {
	return [
		...headerPairs(message).filter(([name]) => !HOP_BY_HOP.has(name.toLowerCase())),
		...cookies.map((cookie): [string, string] => ['Set-Cookie', cookie]),
	].flat();
}

/** The request as a target sees it: its Host untouched, `X-Forwarded-*` of a TLS listener added, hop headers replaced. */
export function requestHeaders(
	request: IncomingMessage,
	hop: Readonly<Record<string, string>>,
): Record<string, string | string[]> {
	const headers: Record<string, string | string[]> = {};
	for (const [name, value] of headerPairs(request)) {
		const key = name.toLowerCase();
		if (HOP_BY_HOP.has(key) || key === 'x-forwarded-proto' || key === 'x-forwarded-port') continue;
		const known = headers[key];
		headers[key] = known === undefined ? value : [known, value].flat();
	}
	const client = request.socket.remoteAddress ?? '127.0.0.1';
	const forwarded = [headers['x-forwarded-for'] ?? [], client].flat().join(', ');
	return {
		...headers,
		'x-forwarded-for': forwarded,
		'x-forwarded-proto': 'https',
		'x-forwarded-port': '443',
		...hop,
	};
}
