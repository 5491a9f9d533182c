import { counted } from 'pulse-deploy-kit/holding-text';

/** What holds a deployment besides render sessions (decision 21): plain streams, downloads and uploads have none. */
export interface OpenOn {
	readonly sockets: number;
	readonly requests: number;
}

const NOTHING: OpenOn = { sockets: 0, requests: 0 };

/** All that ends with it; `null` when nothing is open and the app did not say how many sessions it has. */
export function countInUse(sessions: number | null, { sockets, requests }: OpenOn = NOTHING): number | null {
	const open = sockets + requests;
	return sessions === null && open === 0 ? null : (sessions ?? 0) + open;
}

/** `4 live sessions`, `0 live sessions and 2 requests in flight`. */
export function inUseText(sessions: number | null, { sockets, requests }: OpenOn = NOTHING): string {
	const parts = [`${sessions ?? 'an unknown number of'} live session${sessions === 1 ? '' : 's'}`];
	if (sockets > 0) parts.push(counted(sockets, 'open socket'));
	if (requests > 0) parts.push(`${counted(requests, 'request')} in flight`);
	return parts.length === 3 ? `${parts[0]}, ${parts[1]} and ${parts[2]}` : parts.join(' and ');
}
