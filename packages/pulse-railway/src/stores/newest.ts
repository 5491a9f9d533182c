import { nextFence } from '../deployments/lock.ts';
import { decodeLock, encodeLock } from '../deployments/lock-json.ts';
import { NEWEST_STOP_MS, type NewestAnswer, type NewestRequest } from '../deployments/newest.ts';
import { valueAt } from './atomic-kv.ts';
import { retryUntilCommitted, type StoreContext } from './transact.ts';

const NOBODY = 'nobody yet: the store does not know who had it before';

/**
 * Grants or prolongs the lease of the newest deployment, in one atomic step with who is active. A store that knows no fence may
 * have lost it with the lease: then no process is granted it before a lease that was held can have run out.
 */
export async function askNewest(context: StoreContext, request: NewestRequest): Promise<NewestAnswer> {
	const { backend, keys, clock } = context;
	const { id, owner, token, ttlMs } = request;
	const [key, fenceKey] = [keys.lock('newest'), keys.fence('newest')];
	return retryUntilCommitted<NewestAnswer>(context, async () => {
		const view = await backend.read([keys.active, keys.promotedAt, key, fenceKey]);
		const [active, held, lastFence] = [keys.active, key, fenceKey].map((one) => valueAt(view, one));
		const newest = (active ?? request.remembered) === id;
		const lock = decodeLock(held ?? null);
		if (lock !== null && lock.token !== token) return { held: false, newest, owner: lock.owner };
		const isOver = clock.now() - Number(valueAt(view, keys.promotedAt) ?? 0) > NEWEST_STOP_MS;
		if (!newest && (lock === null || isOver)) return { held: false, newest, owner: null };

		const fence = lock?.fence ?? nextFence(lastFence, clock.now());
		const isKnown = lastFence !== null;
		const holder = isKnown ? { owner, token } : { owner: NOBODY, token: '' };
		const value = held ?? encodeLock({ ...holder, acquiredAt: clock.now(), fence });
		const committed = await backend.commit({
			expect: new Map([
				[keys.active, active ?? null],
				[key, held ?? null],
				[fenceKey, lastFence ?? null],
			]),
			put: [
				{ key, value, ttlMs },
				{ key: fenceKey, value: String(fence) },
			],
		});
		if (!committed) return null;
		return lock !== null || isKnown ? { held: true, newest, fence } : { held: false, newest, owner: NOBODY };
	});
}
