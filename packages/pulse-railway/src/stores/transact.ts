import type { Clock } from 'pulse-deploy-kit/clock';
import { decodeCanary, encodeCanary } from '../deployments/canary.ts';
import { LockHeldError, LockLostError, StaleFactsError, StoreUnavailableError } from '../deployments/errors.ts';
import { decodeHistory, encodeHistory, historyOf } from '../deployments/history.ts';
import { decodeLock } from '../deployments/lock-json.ts';
import type { DeploymentRecord, RoutingSnapshot } from '../deployments/record.ts';
import { decodeRecord, encodeRecord } from '../deployments/record-json.ts';
import type { WriteOptions } from '../deployments/store.ts';
import { type LiveState, normalise, type Transition } from '../deployments/transitions.ts';
import { type AtomicKv, type Put, type View, valueAt } from './atomic-kv.ts';
import type { Keys } from './keys.ts';

export interface StoreContext {
	readonly backend: AtomicKv;
	readonly keys: Keys;
	readonly clock: Clock;
}

/** How long racing writers are retried. One of them always wins, so this is reached only by a broken backend. */
const BUDGET_MS = 5_000;

export async function readSnapshot({ backend, keys }: StoreContext): Promise<RoutingSnapshot> {
	const view = await backend.read([keys.revision, keys.active, keys.promotedAt, keys.canary], [keys.deployments]);
	return snapshotOf(keys, view);
}

/** Applies a pure transition as one atomic step: read, decide, compare and write, again if another writer was faster. */
export async function transact<T>(
	context: StoreContext,
	transition: (state: LiveState, now: number) => Transition<T>,
	options: WriteOptions & { readonly ifRevision?: number; readonly restores?: true } = {},
): Promise<{ result: T; snapshot: RoutingSnapshot }> {
	const { backend, keys, clock } = context;
	const { lock, unless } = options;
	const locks = [...(lock ? [keys.lock(lock.name)] : []), ...(unless ? [keys.lock(unless), keys.fence(unless)] : [])];
	return retryUntilCommitted(context, async () => {
		const view = await backend.read(
			[keys.revision, keys.active, keys.promotedAt, keys.canary, keys.history, ...locks],
			[keys.deployments, keys.replicas],
		);
		const revision = revisionOf(keys, view);
		if (options.ifRevision !== undefined && options.ifRevision !== revision) {
			throw new StaleFactsError(options.ifRevision, revision);
		}
		checkLocks(keys, view, options);
		const before = liveState(keys, view);
		const at = clock.now();
		const { state: after, result } = transition(before, at);
		if (after === before) return { result, snapshot: snapshotOf(keys, view) };

		const holder = lock ? decodeLock(valueAt(view, keys.lock(lock.name)))?.owner : options.by;
		const by = holder ?? null;
		const { because = null, touched, restores = false, provenance } = options;
		const happened = historyOf(before, after, { at, by, because, touched, restores, provenance });
		const history = () => encodeHistory(decodeHistory(valueAt(view, keys.history)), happened);
		const next = Math.max(revision + 1, at);
		const put = [...after.records.values()].filter((record) => before.records.get(record.id) !== record);
		const dropped = [...before.records.keys()].filter((id) => !after.records.has(id));
		const compared = [keys.revision, keys.active, keys.canary, ...locks];
		const records = view.groups.get(keys.deployments.prefix);
		const committed = await backend.commit({
			expect: new Map<string, string | null>([
				...compared.map((key) => [key, valueAt(view, key)] as const),
				...[...put.map((record) => record.id), ...dropped].map(
					(id) => [keys.deployment(id), records?.get(id) ?? null] as const,
				),
			]),
			put: [
				{ key: keys.revision, value: String(next) },
				...(happened.length === 0 ? [] : [{ key: keys.history, value: history() }]),
				...(after.activeId === null ? [] : [{ key: keys.active, value: after.activeId }]),
				...(after.canary === undefined ? [] : [{ key: keys.canary, value: encodeCanary(after.canary) }]),
				...(after.promotedAt === null ? [] : [{ key: keys.promotedAt, value: String(after.promotedAt) }]),
				...put.map(
					(record): Put => ({ key: keys.deployment(record.id), value: encodeRecord(record), group: keys.deployments }),
				),
			],
			drop: [
				...dropped.flatMap((id) => [keys.deployment(id), ...leasesOf(keys, view, id)]),
				...(after.canary === undefined ? [keys.canary] : []),
			],
			announce: keys.changes,
		});
		return committed ? { result, snapshot: { revision: next, ...listed(after) } } : null;
	});
}

/** Repeats an attempt that answers `null` when its commit met a newer value. */
export async function retryUntilCommitted<T>({ clock }: StoreContext, attempt: () => Promise<T | null>): Promise<T> {
	const deadline = performance.now() + BUDGET_MS;
	for (let wait = 1; performance.now() < deadline; wait = Math.min(wait * 2, 32)) {
		const done = await attempt();
		if (done !== null) return done;
		await clock.sleep(Math.random() * wait);
	}
	throw new StoreUnavailableError('too many concurrent writers');
}

function checkLocks(keys: Keys, view: View, { lock, unless, unlessSince }: WriteOptions): void {
	if (lock && decodeLock(valueAt(view, keys.lock(lock.name)))?.fence !== lock.fence) throw new LockLostError(lock.name);
	const other = unless && valueAt(view, keys.lock(unless));
	if (unless && typeof other === 'string') throw new LockHeldError(unless, decodeLock(other)?.owner ?? 'unknown');
	if (unless && unlessSince !== undefined && (numberOf(view, keys.fence(unless)) ?? 0) > unlessSince) {
		throw new LockHeldError(unless, 'a command that has ended meanwhile');
	}
}

function snapshotOf(keys: Keys, view: View): RoutingSnapshot {
	return { revision: revisionOf(keys, view), ...listed(liveState(keys, view)) };
}

function listed({ activeId, promotedAt, records, canary }: LiveState): Omit<RoutingSnapshot, 'revision'> {
	const deployments = [...records.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
	return { activeId, promotedAt, deployments, ...(canary === undefined ? {} : { canary }) };
}

function liveState(keys: Keys, view: View): LiveState {
	const records = new Map<string, DeploymentRecord>();
	for (const [id, json] of view.groups.get(keys.deployments.prefix) ?? []) {
		const record = decodeRecord(id, json);
		if (record) records.set(id, record);
	}
	return normalise({
		activeId: valueAt(view, keys.active),
		promotedAt: numberOf(view, keys.promotedAt),
		records,
		canary: decodeCanary(valueAt(view, keys.canary)),
	});
}

function leasesOf(keys: Keys, view: View, id: string): string[] {
	return [...(view.groups.get(keys.replicas.prefix)?.keys() ?? [])].map((replicaId) => keys.lease(id, replicaId));
}

const revisionOf = (keys: Keys, view: View) => numberOf(view, keys.revision) ?? 0;

function numberOf(view: View, key: string): number | null {
	const value = Number(valueAt(view, key) ?? Number.NaN);
	return Number.isFinite(value) ? value : null;
}
