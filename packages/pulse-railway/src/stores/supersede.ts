import type { Lane } from 'pulse-deploy-kit/supersede/lane';
import { LockLostError } from '../deployments/errors.ts';
import { decodeLock, encodeLock, type LockValue } from '../deployments/lock-json.ts';
import { leaseOf, type WriteOptions } from '../deployments/store.ts';
import { valueAt } from './atomic-kv.ts';
import { readSnapshot, retryUntilCommitted, type StoreContext } from './transact.ts';

/** Each lease by a step of its own: one that is given back meanwhile is none to write to. */
export async function supersede(
	context: StoreContext,
	id: string,
	lane: Lane,
	{ lock }: Pick<WriteOptions, 'lock'> = {},
): Promise<readonly string[]> {
	const { backend, keys } = context;
	const { deployments, canary } = await readSnapshot(context);
	const others = deployments.filter((one) => one.state === 'pending' && one.id !== id && one.id !== canary?.id);
	const stopped: string[] = [];
	for (const other of others) {
		const [ownKey, key] = [keys.lock(leaseOf(id)), keys.lock(leaseOf(other.id))];
		const isStopped = await retryUntilCommitted(context, async () => {
			const view = await backend.read([ownKey, key]);
			const [own, value] = [decodeLock(valueAt(view, ownKey)), valueAt(view, key)];
			if (own === null || own.fence !== (lock?.fence ?? own.fence)) throw new LockLostError(leaseOf(id));
			const lease = decodeLock(value);
			if (lease?.lane !== lane) return false;
			if (lease.supersededBy !== undefined) return true;
			if (!isEarlier([lease, other.id], [own, id])) return false;
			const marked = encodeLock({ ...lease, supersededBy: id });
			const put = [{ key, value: marked, ttlMs: 'kept' as const }];
			return (await backend.commit({ expect: new Map([[key, value]]), put })) ? true : null;
		});
		if (isStopped) stopped.push(other.id);
	}
	return stopped;
}

type Started = readonly [lease: LockValue, id: string];

/**
 * One order for all who ask: that of their first grants, whose fences are the time or later. A deploy that slept until its lease
 * lapsed, and took it again, is none that was started later. Of two of the same time it is the one with the lower id.
 */
function isEarlier([one, oneId]: Started, [other, otherId]: Started): boolean {
	const [at, otherAt] = [one, other].map(({ fence, firstFence }) => firstFence ?? fence ?? 0) as [number, number];
	return at < otherAt || (at === otherAt && oneId < otherId);
}
