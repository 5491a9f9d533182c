import type { IncomingMessage } from 'node:http';
import { droppedBy, HOP_BY_HOP } from 'pulse-edge/forward/hop-by-hop';

/** Answered before the request came here; and what announces trailers, which are not passed on. */
const NOT_PASSED = new Set(['expect', 'trailer']);

/**
 * Headers as they came, but for those of this one connection: the task that holds the page sees what the load balancer wrote
 * of the client. `more`: names and values for the next connection.
 */
export function passedHead({ rawHeaders }: IncomingMessage, more: readonly string[]): string[] {
	const named = droppedBy(rawHeaders);
	const kept: string[] = [];
	for (let at = 0; at < rawHeaders.length; at += 2) {
		const name = rawHeaders[at] as string;
		const lower = name.toLowerCase();
		if (HOP_BY_HOP.has(lower) || NOT_PASSED.has(lower) || named?.has(lower)) continue;
		kept.push(name, rawHeaders[at + 1] as string);
	}
	return [...kept, ...more];
}
