import { findTarget, leaveBy, type Resolution, type Target } from '../decide/resolve.ts';
import type { ForwardContext } from '../forward/context.ts';
import { impliedPin, type Pin, type PinnedRequest, type PinSource } from './pins.ts';

/**
 * The version that serves it, `null` when the one that it names is gone: never another one in its place (contract C1.2).
 * `named`: by query or header, which `resolution` is of; an id of `''` with a source is a pin that does not count.
 */
export function choose(
	{ table, servicePrefix }: ForwardContext,
	resolution: Resolution,
	named: Pin,
	request: PinnedRequest,
): { served: Target | null; source: PinSource } {
	const found = targetOf(resolution);
	if (named.id !== '') return { served: found, source: named.source };
	// Most tabs are of the newest version, which is found already where nothing was named.
	const find = (id: string) => (found !== null && found.id === id ? found : findTarget(table, id, servicePrefix));
	// A session moves with the first page that it asks for; what the page before still needs is served by its version.
	const moves = request.kind === 'document' && request.method !== 'POST';
	const findStaying = (id: string) => (moves && leaveBy(table, id) !== null ? null : find(id));
	const { version, source } = impliedPin(request, findStaying);
	if (source !== 'none') return { served: version, source };
	return { served: named.source === 'none' ? found : find(''), source };
}

function targetOf(resolution: Resolution): Target | null {
	return resolution.kind === 'target' ? resolution.target : null;
}
