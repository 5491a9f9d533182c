/** Headers that concern one connection alone (RFC 9110 §7.6.1, contract R2.10), in lower case. */
export const HOP_BY_HOP = new Set([
	'connection',
	'keep-alive',
	'proxy-authenticate',
	'proxy-authorization',
	'proxy-connection',
	'te',
	'trailers',
	'transfer-encoding',
	'upgrade',
]);

/** What a `Connection` header may not name: prefixes end in `-`. */
const PROTECTED = new Set([
	'host',
	'authorization',
	'cookie',
	'set-cookie',
	'origin',
	'referer',
	'content-length',
	'content-type',
	'content-encoding',
	'content-security-policy',
	'strict-transport-security',
	'cache-control',
	'vary',
	'date',
	'expect',
	'forwarded',
	'x-real-ip',
	'x-request-id',
	'x-request-start',
	'x-frame-options',
	'x-content-type-options',
]);
const PROTECTED_PREFIX = /^(?:x-forwarded-|x-pulse-|x-railway-|sec-|access-control-)/;

/** Names that this `Connection` value declares hop-by-hop, beyond those that always are; `null` in the usual case. */
function namedBy(connection: string): Set<string> | null {
	let named: Set<string> | null = null;
	for (const part of connection.toLowerCase().split(',')) {
		const name = part.trim();
		if (name === '' || name === 'close' || HOP_BY_HOP.has(name)) continue;
		if (PROTECTED.has(name) || PROTECTED_PREFIX.test(name)) continue;
		named ??= new Set();
		named.add(name);
	}
	return named;
}

export function droppedBy(raw: readonly string[]): Set<string> | null {
	let dropped: Set<string> | null = null;
	for (let i = 0; i < raw.length; i += 2) {
		const name = raw[i]!;
		if (name.length !== 10 || name.toLowerCase() !== 'connection') continue;
		const value = raw[i + 1]!;
		if (value === 'keep-alive' || value === 'close' || value === 'Upgrade') continue;
		for (const more of namedBy(value) ?? []) dropped = (dropped ?? new Set()).add(more);
	}
	return dropped;
}

/** Trailer fields that may follow a body: never framing, routing or credentials (RFC 9110 §6.5.1). */
export function trailerFields(raw: readonly string[]): [string, string][] {
	const kept: [string, string][] = [];
	for (let i = 0; i < raw.length; i += 2) {
		const lower = raw[i]!.toLowerCase();
		if (HOP_BY_HOP.has(lower) || PROTECTED.has(lower) || PROTECTED_PREFIX.test(lower)) continue;
		kept.push([raw[i]!, raw[i + 1]!]);
	}
	return kept;
}
