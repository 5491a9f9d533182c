import { sha1 } from './digest.ts';

/** At most 32 characters (facts: load balancer names), deterministic, and distinct for ids that differ only at their end. */
export function targetGroupName(id: string): string {
	const hash = sha1(id).slice(0, 8);
	return `${id.slice(0, 23).replace(/-+$/, '')}-${hash}`;
}
