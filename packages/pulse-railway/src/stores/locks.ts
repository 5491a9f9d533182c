import {
	type BrokenLock,
	type LockBreak,
	type LockGrant,
	type LockRefusal,
	type LockRequest,
	nextFence,
} from '../deployments/lock.ts';
import { decodeLock, encodeLock } from '../deployments/lock-json.ts';
import { type LockHolder, type LockName, leasedDeployment } from '../deployments/store.ts';
import { type Entry, valueAt } from './atomic-kv.ts';
import { retryUntilCommitted, type StoreContext } from './transact.ts';

/** Each deployment has a lease of its own, so its fence must not stay for ever; a command sleeps no longer than this. */
const LEASE_FENCE_MS = 7 * 86_400_000;

/** The holder that a refusal names when it has released the lock already. */
const ENDED = 'a command that has ended meanwhile';

export async function acquireLock(context: StoreContext, request: LockRequest): Promise<LockGrant | LockRefusal> {
	const { backend, keys, clock } = context;
	const [key, fenceKey] = [keys.lock(request.name), keys.fence(request.name)];
	return retryUntilCommitted<LockGrant | LockRefusal>(context, async () => {
		const view = await backend.read([key, fenceKey]);
		const held = view.entries.get(key);
		const lock = decodeLock(held?.value ?? null);
		if (held && lock && (lock.token !== request.token || lock.fence === null)) {
			return { granted: false, ...holder(context, held) };
		}
		const lastFence = valueAt(view, fenceKey);
		if (request.lastFence !== undefined && !lock && Number(lastFence ?? 0) !== request.lastFence) {
			return { granted: false, owner: ENDED, acquiredAt: null, expiresAt: clock.now() };
		}
		const fence = lock?.fence ?? nextFence(lastFence, clock.now());
		const { owner, token, firstFence, lane } = request;
		const value = held?.value ?? encodeLock({ owner, token, acquiredAt: clock.now(), fence, firstFence, lane });
		const committed = await backend.commit({
			expect: new Map([
				[key, held?.value ?? null],
				[fenceKey, lastFence],
			]),
			put: [
				{ key, value, ttlMs: request.ttlMs },
				{
					key: fenceKey,
					value: String(fence),
					...(leasedDeployment(request.name) !== undefined ? { ttlMs: LEASE_FENCE_MS } : {}),
				},
			],
		});
		return committed ? { granted: true, fence } : null;
	});
}

export async function renewLock(context: StoreContext, name: LockName, token: string, ttlMs: number): Promise<boolean> {
	const { backend, keys } = context;
	const value = await heldBy(context, name, token);
	if (value === null) return false;
	return backend.commit({ expect: new Map([[keys.lock(name), value]]), put: [{ key: keys.lock(name), value, ttlMs }] });
}

export async function releaseLock(context: StoreContext, name: LockName | 'newest', token: string): Promise<boolean> {
	const { backend, keys } = context;
	const value = await heldBy(context, name, token);
	if (value === null) return false;
	return backend.commit({ expect: new Map([[keys.lock(name), value]]), drop: [keys.lock(name)] });
}

/** The grant's time where a predecessor's lock tells none. */
const LONGEST_GRANT_MS = 120_000;

export async function breakLock(context: StoreContext, request: LockBreak): Promise<BrokenLock> {
	const { backend, keys, clock } = context;
	const { name, owner, token, seen } = request;
	const [key, fenceKey] = [keys.lock(name), keys.fence(name)];
	return retryUntilCommitted<BrokenLock>(context, async () => {
		const view = await backend.read([key, fenceKey]);
		const held = view.entries.get(key);
		if (held === undefined) return { broken: false, holder: null };
		const by = holder(context, held);
		if (decodeLock(held.value)?.token === token) return { broken: true, holder: by };
		if (by.owner !== seen.owner || by.acquiredAt !== seen.acquiredAt) return { broken: false, holder: by };
		const lastFence = valueAt(view, fenceKey);
		const acquiredAt = clock.now();
		const fence = nextFence(lastFence, acquiredAt);
		// Its holder may have renewed it since it was read, and relies on that.
		const ttlMs = held.expiresInMs === null ? LONGEST_GRANT_MS : 'kept';
		const committed = await backend.commit({
			expect: new Map([
				[key, held.value],
				[fenceKey, lastFence],
			]),
			put: [
				{ key, value: encodeLock({ owner, token, acquiredAt, fence }), ttlMs },
				{ key: fenceKey, value: String(fence) },
			],
		});
		if (!committed) return null;
		const left = (await backend.read([key])).entries.get(key)?.expiresInMs ?? 0;
		return { broken: true, holder: { owner, acquiredAt, expiresAt: clock.now() + left } };
	});
}

export async function lockHolder(context: StoreContext, name: LockName): Promise<LockHolder | null> {
	const key = context.keys.lock(name);
	const held = (await context.backend.read([key])).entries.get(key);
	return held ? holder(context, held) : null;
}

export async function lastFence({ backend, keys }: StoreContext, name: LockName): Promise<number> {
	return Number(valueAt(await backend.read([keys.fence(name)]), keys.fence(name)) ?? 0);
}

async function heldBy(
	{ backend, keys }: StoreContext,
	name: LockName | 'newest',
	token: string,
): Promise<string | null> {
	const value = valueAt(await backend.read([keys.lock(name)]), keys.lock(name));
	return decodeLock(value)?.token === token ? value : null;
}

function holder({ clock }: StoreContext, { value, expiresInMs }: Entry): LockHolder {
	const { owner = 'unknown', acquiredAt = null, lane, supersededBy } = decodeLock(value) ?? {};
	return {
		owner,
		acquiredAt,
		expiresAt: clock.now() + (expiresInMs ?? 0),
		...(lane === undefined ? {} : { lane }),
		...(supersededBy === undefined ? {} : { supersededBy }),
	};
}
