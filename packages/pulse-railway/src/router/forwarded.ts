/** What a request says about the hops before this one; `''` for what it does not say. */
export interface ForwardedHeaders {
	for: string;
	proto: string;
	host: string;
	/** RFC 7239. */
	standard: string;
	realIp: string;
}

/**
 * The forwarding headers a backend gets. Only a neighbour on a private address is believed: Railway's edge connects from
 * 100.64.0.0/10 and sets `X-Real-IP`, `X-Forwarded-Proto` and `X-Forwarded-Host` (facts/railway.md §6). Anybody else could
 * have invented them, so theirs are replaced.
 */
export function forwardedLines(given: ForwardedHeaders, host: string, peer: string): string {
	const trusted = isTrusted(peer);
	// The edge may pass a client's X-Forwarded-For as it came, but sets X-Real-IP: the address that nobody invented comes last.
	let before = trusted ? given.for : '';
	if (trusted && given.realIp !== '' && lastHop(before) !== given.realIp) {
		before = before === '' ? given.realIp : `${before}, ${given.realIp}`;
	}
	const own = peer.startsWith('::ffff:') ? peer.slice(7) : peer;
	const proto = (trusted && given.proto) || 'http';
	const forwardedHost = (trusted && given.host) || host;
	let lines = `X-Forwarded-For: ${before === '' ? own : `${before}, ${own}`}\r\nX-Forwarded-Proto: ${proto}\r\n`;
	if (forwardedHost !== '') lines += `X-Forwarded-Host: ${forwardedHost}\r\n`;
	if (trusted && given.realIp !== '') lines += `X-Real-IP: ${given.realIp}\r\n`;
	if (trusted && given.standard !== '') lines += `Forwarded: ${given.standard}\r\n`;
	return lines;
}

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
