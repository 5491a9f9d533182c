/**
 * What stands before the edge, and which of a request's headers are its word. `names-client`: it sets `X-Real-IP`,
 * `X-Forwarded-Proto` and `X-Forwarded-Host`, as Railway's edge does. `appends-client`: it puts the client's address behind
 * what `X-Forwarded-For` held, sets `X-Forwarded-Proto` and `X-Forwarded-Port`, and passes every other word of a client on,
 * as AWS's load balancer does.
 */
export type Front = 'names-client' | 'appends-client';

/** What a request says about the hops before this one; `''` for what it does not say. */
export interface ForwardedHeaders {
	readonly front: Front;
	for: string;
	proto: string;
	host: string;
	port: string;
	realIp: string;
}

/**
 * The forwarding headers a backend gets. Only a neighbour on a private address is believed: Railway's edge connects from
 * 100.64.0.0/10 and sets `X-Real-IP`, `X-Forwarded-Proto` and `X-Forwarded-Host` (docs/platform-facts/railway.md §6). Any other client could
 * have invented them, so theirs are replaced. What the edge does not set comes from a client even so, and is not passed on:
 * see {@link CLAIMS}.
 */
export function forwardedLines(given: ForwardedHeaders, host: string, peer: string): string {
	const trusted = isTrusted(peer);
	if (given.front === 'appends-client') return asAppended(given, host, peer, trusted);
	// The edge may pass a client's X-Forwarded-For as it came, but sets X-Real-IP: the address that no client invented comes last.
	let before = trusted ? given.for : '';
	if (trusted && given.realIp !== '' && lastHop(before) !== given.realIp) {
		before = before === '' ? given.realIp : `${before}, ${given.realIp}`;
	}
	const own = plainAddress(peer);
	const proto = (trusted && given.proto) || 'http';
	const forwardedHost = (trusted && given.host) || host;
	let lines = `X-Forwarded-For: ${before === '' ? own : `${before}, ${own}`}\r\nX-Forwarded-Proto: ${proto}\r\n`;
	if (forwardedHost !== '') lines += `X-Forwarded-Host: ${forwardedHost}\r\n`;
	if (trusted && given.realIp !== '') lines += `X-Real-IP: ${given.realIp}\r\n`;
	return lines;
}

/**
 * Beside the app, this edge is no hop of its own: the app gets what the load balancer wrote, as if it had asked the app
 * itself, and finds the client where it expects it behind one proxy.
 */
function asAppended(given: ForwardedHeaders, host: string, peer: string, trusted: boolean): string {
	const proto = (trusted && given.proto) || 'http';
	let lines = `X-Forwarded-For: ${(trusted && given.for) || plainAddress(peer)}\r\nX-Forwarded-Proto: ${proto}\r\n`;
	if (host !== '') lines += `X-Forwarded-Host: ${host}\r\n`;
	if (trusted && given.port !== '') lines += `X-Forwarded-Port: ${given.port}\r\n`;
	return lines;
}

/** Its browser spoke TLS to the proxy in front. */
export function isSecure(given: ForwardedHeaders, peer: string): boolean {
	return isTrusted(peer) && /^\s*https\s*(?:,|$)/i.test(given.proto);
}

/** Who asks, as far as it can be believed. */
export function clientAddress(given: ForwardedHeaders, peer: string): string {
	const named = given.front === 'names-client' ? given.realIp : '';
	return (isTrusted(peer) && (named || lastHop(given.for))) || peer;
}

/** The host that the browser knows, as the app gets to hear it. */
export function publicHost(given: ForwardedHeaders, host: string, peer: string): string {
	return (given.front === 'names-client' && isTrusted(peer) && given.host) || host;
}

/**
 * Headers that frameworks believe as the word of a proxy, and that no proxy before this one sets: the standard one (RFC 7239)
 * and other names of scheme, host and path. A path that is rewritten by header would also lead round the block of internal
 * paths. More of them begin with `X-Forwarded-`: ports, prefixes, users.
 */
export const CLAIMS = [
	'forwarded',
	'front-end-https',
	'x-host',
	'x-original-host',
	'x-original-uri',
	'x-original-url',
	'x-rewrite-url',
	'x-scheme',
	'x-script-name',
	'x-url-scheme',
];

/** One more of {@link CLAIMS}, by its beginning; or one of all these names with underscores, which CGI and WSGI do not tell apart. */
export function isClaim(lower: string): boolean {
	if (lower.charCodeAt(0) !== 120 /* x */) return false;
	if (lower.startsWith('x-forwarded-')) return true;
	if (!lower.includes('_')) return false;
	const dashed = lower.replaceAll('_', '-');
	return dashed.startsWith('x-forwarded-') || dashed === 'x-real-ip' || CLAIMS.includes(dashed);
}

const plainAddress = (peer: string): string => (peer.startsWith('::ffff:') ? peer.slice(7) : peer);

const lastHop = (list: string): string => list.slice(list.lastIndexOf(',') + 1).trim();

const PRIVATE_V4 =
	/^(?:127\.|10\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/;

let lastPeer = '';
let lastTrusted = false;

/** Remembers the last answer: an edge is a handful of addresses. */
function isTrusted(peer: string): boolean {
	if (peer !== lastPeer) {
		lastPeer = peer;
		lastTrusted = isPrivateAddress(peer);
	}
	return lastTrusted;
}

function isPrivateAddress(peer: string): boolean {
	if (peer.startsWith('::ffff:')) return PRIVATE_V4.test(peer.slice(7));
	if (peer.includes(':')) return peer === '::1' || /^(?:f[cd]|fe[89ab])/i.test(peer);
	return PRIVATE_V4.test(peer);
}
