import type { Clock } from 'pulse-deploy-kit/clock';
import { beginCanary, endCanary, widenCanary } from '../deployments/canary-transitions.ts';
import { decodeHistory } from '../deployments/history.ts';
import { beginPreview } from '../deployments/preview-transition.ts';
import type { DeploymentStore } from '../deployments/store.ts';
import { depart, promote, reconcile, register, remove, retire } from '../deployments/transitions.ts';
import { readActivity, recordActivity } from './activity.ts';
import { type AtomicKv, valueAt } from './atomic-kv.ts';
import { canaryCount, recordCanary } from './canary-counts.ts';
import { keysOf } from './keys.ts';
import { acquireLock, breakLock, lastFence, lockHolder, releaseLock, renewLock } from './locks.ts';
import { askNewest } from './newest.ts';
import { openOutbox, tellNobodyOf } from './notices.ts';
import { supersede } from './supersede.ts';
import { readSnapshot, type StoreContext, transact } from './transact.ts';
import { watchSnapshots } from './watch.ts';

/** The store contract over any backend: pure transitions in atomic steps. Closing it closes the backend. */
export function createDeploymentStore(backend: AtomicKv, prefix: string, clock: Clock): DeploymentStore {
	const context: StoreContext = { backend, keys: keysOf(prefix), clock };
	const closed = new AbortController();
	const write = async <T>(...args: Parameters<typeof transact<T>>) => (await transact<T>(...args)).result;

	return {
		kind: backend.kind,
		info: () => backend.info(),
		snapshot: () => readSnapshot(context),
		find: async (id) => (await readSnapshot(context)).deployments.find((record) => record.id === id) ?? null,
		register: (id, serviceName, { container, ...options } = {}) =>
			write(context, (state) => register(state, id, serviceName, container), options),
		promote: (id, serviceName, { container, ...options } = {}) =>
			write(context, (state, now) => promote(state, id, serviceName, now, container), options),
		depart: (id, departure, options) => write(context, (state) => depart(state, id, departure), options),
		retire: (id, options) => write(context, (state) => retire(state, id), options),
		remove: (id, options) => write(context, (state) => remove(state, id, options?.from), options),
		reconcile: async (truth, options) =>
			(await transact(context, (state, now) => reconcile(state, truth, now), { ...options, restores: true })).snapshot,
		beginCanary: (id, terms, options) => write(context, (state, now) => beginCanary(state, id, terms, now), options),
		widenCanary: (widening, options) => write(context, (state, now) => widenCanary(state, widening, now), options),
		endCanary: (ending, options) => write(context, (state, now) => endCanary(state, ending, now), options),
		beginPreview: (id, preview, options) =>
			write(context, (state, now) => beginPreview(state, id, preview, now), options),
		recordCanary: (replicaId, count) => recordCanary(context, replicaId, count),
		canaryCount: (beganAt) => canaryCount(context, beganAt),
		history: async () => decodeHistory(valueAt(await backend.read([context.keys.history]), context.keys.history)),
		notices: (terms) => openOutbox(context, terms),
		tellNobody: (startedAt) => tellNobodyOf(context, startedAt),
		recordActivity: (report) => recordActivity(context, report),
		activity: () => readActivity(context),
		watch: (watcher, signal) => void watchSnapshots(context, watcher, AbortSignal.any([signal, closed.signal])),
		acquireLock: (request) => acquireLock(context, request),
		renewLock: (name, token, ttlMs) => renewLock(context, name, token, ttlMs),
		releaseLock: (name, token) => releaseLock(context, name, token),
		breakLock: (request) => breakLock(context, request),
		supersede: (id, lane, options) => supersede(context, id, lane, options),
		lockHolder: (name) => lockHolder(context, name),
		lastFence: (name) => lastFence(context, name),
		newest: (request) => askNewest(context, request),
		releaseNewest: (token) => releaseLock(context, 'newest', token),
		claimOnce: (nonce, ttlMs) => {
			const key = context.keys.nonce(nonce);
			return backend.commit({ expect: new Map([[key, null]]), put: [{ key, value: '1', ttlMs }] });
		},
		async close() {
			closed.abort();
			await backend.close();
		},
	};
}
