import { type Resolution, resolve, type Target } from '../decide/resolve.ts';
import type { ForwardContext } from '../forward/context.ts';
import { impliedPin, type PinnedRequest, type PinSource } from './pins.ts';

/** A request with what its query or header named. */
export interface Chooses {
	/** `''`: neither names a version. */
	readonly affinity: string;
	readonly byHeader: boolean;
	readonly resolution: Resolution;
	/** Another origin's page wrote the pin: it is as if there were none. */
	readonly foreign: boolean;
}

/** The version that serves it, `null` when the one that it names is gone: never another one in its place (contract C1.2). */
export function choose(
	{ table, servicePrefix }: ForwardContext,
	{ affinity, byHeader, resolution, foreign }: Chooses,
	request: PinnedRequest,
): { served: Target | null; source: PinSource } {
	const find = (id: string) => targetOf(resolve(table, id, servicePrefix));
	if (affinity !== '' && !foreign) return { served: targetOf(resolution), source: byHeader ? 'header' : 'query' };
	const { id, source } = impliedPin(request, (known) => find(known) !== null);
	if (id !== '') return { served: find(id), source };
	return { served: affinity === '' ? targetOf(resolution) : find(''), source };
}

function targetOf(resolution: Resolution): Target | null {
	return resolution.kind === 'target' ? resolution.target : null;
}
