import { findTarget, type Resolution, type Target } from '../decide/resolve.ts';
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
	if (named.id !== '') return { served: targetOf(resolution), source: named.source };
	const find = (id: string) => findTarget(table, id, servicePrefix);
	const { id, source } = impliedPin(request, (known) => find(known) !== null);
	if (id !== '') return { served: find(id), source };
	return { served: named.source === 'none' ? targetOf(resolution) : find(''), source };
}

function targetOf(resolution: Resolution): Target | null {
	return resolution.kind === 'target' ? resolution.target : null;
}
