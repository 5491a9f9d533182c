import { createHash } from 'node:crypto';

/** At most 32 characters (facts: load balancer names), deterministic, and distinct for ids that differ only at their end. */
export function targetGroupName(id: string): string {
	const hash = createHash('sha1').update(id).digest('hex').slice(0, 8);
	return `${id.slice(0, 23).replace(/-+$/, '')}-${hash}`;
}
