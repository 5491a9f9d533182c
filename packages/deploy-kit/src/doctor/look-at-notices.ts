import { isLoopback } from '../loopback.ts';
import type { Destination } from '../notify/destination.ts';
import { type Reached, reach } from './reach.ts';
import { reading } from './reading.ts';

export type Reach =
	| { readonly kind: 'reached'; readonly reached: Reached }
	| { readonly kind: 'failed'; readonly why: string }
	/** What sends stands elsewhere, and this machine can say nothing of it. */
	| { readonly kind: 'elsewhere'; readonly why: string };

/** What of an address can be said without sending anything there. @param isProxied requests leave this machine by a proxy */
export async function lookAtDestination({ url }: Destination, isProxied: boolean, signal: AbortSignal): Promise<Reach> {
	const address = new URL(url.reveal());
	if (/(^|\.)internal$/.test(address.hostname)) return { kind: 'elsewhere', why: 'a name of the private network' };
	if (isLoopback(address.hostname)) return { kind: 'elsewhere', why: 'a name of its own machine' };
	if (isProxied) return { kind: 'elsewhere', why: 'a proxy stands between' };
	const found = await reading(reach(address, signal), signal);
	return 'failure' in found ? { kind: 'failed', why: found.failure.text } : { kind: 'reached', reached: found.value };
}
