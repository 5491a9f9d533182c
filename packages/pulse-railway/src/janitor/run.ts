import { randomBytes } from 'node:crypto';
import type { Clock } from 'pulse-deploy-kit/clock';
import type { Host } from 'pulse-deploy-kit/host';
import type { Backends } from '../backends/backends.ts';
import { type HeldLock, holdLock } from '../control/hold-lock.ts';
import { ActiveDeploymentError, LockHeldError, LockLostError } from '../deployments/errors.ts';
import type { DeploymentStore } from '../deployments/store.ts';
import type { BackendService } from '../stack/durable.ts';
import { FRESH_LOOK_MS } from '../stack/windows.ts';
import type { Decision, Policy } from './facts.ts';
import { type Judge, judge, type Settled } from './judge.ts';
import { observe } from './observe.ts';
import { type Fate, fateLine, type JanitorResult, sortFates } from './result.ts';
import { type JanitorPlatform, retire } from './retire.ts';
import { sweepResting } from './sweep-resting.ts';
import { tellToLeave } from './tell-to-leave.ts';

export type { JanitorResult } from './result.ts';

export interface JanitorOptions {
	readonly store: DeploymentStore;
	readonly platform: JanitorPlatform;
	readonly backends: Backends;
	readonly policy: Policy;
	/** Told to a command that meets the lock, e.g. `janitor on <host>`. */
	readonly owner: string;
	/** How long the lock of a killed janitor outlives it, milliseconds. Default 55,000. */
	readonly lockTtlMs?: number;
	/** Only tell what would be done; takes no lock. */
	readonly dryRun?: boolean;
	readonly host: Host;
	readonly clock: Clock;
	readonly signal: AbortSignal;
}

/**
 * One pass: live follows durable, then deployments that are not used are deleted, one by one. Rejects before any change
 * with `InconsistentFactsError`, `StoreUnavailableError` or a `PlatformError`, and midway only when its lock is lost or
 * the signal aborts. Closes nothing that it was given.
 */
export async function runJanitor(options: JanitorOptions): Promise<JanitorResult> {
	if (options.dryRun) return scan(options, options.signal);
	const { store, owner, lockTtlMs: ttlMs = 55_000, clock, host, signal } = options;
	const token = randomBytes(16).toString('hex');
	const lock = await holdLock(store, { name: 'janitor', owner, token, ttlMs }, clock, signal);
	if (!lock.held) {
		const { held, ...holder } = lock;
		host.notify({ level: 'info', text: 'skipped; lock already held' });
		return { status: 'skipped', reason: 'lock_held', holder };
	}
	try {
		return await scan(options, lock.signal, lock);
	} finally {
		await lock.release();
	}
}

async function scan(options: JanitorOptions, signal: AbortSignal, lock?: HeldLock): Promise<JanitorResult> {
	const { store, platform, backends, policy, clock, host } = options;
	const observed = await observe({ store, platform, now: clock.now(), signal, ...(lock ? { lock } : {}) });
	if (!observed) {
		host.notify({ level: 'info', text: 'skipped; a promotion is under way' });
		return { status: 'skipped', reason: 'changing' };
	}
	const leaving = observed.deployments.filter(({ state }) => state === 'draining' || state === 'retiring');
	host.notify({ level: 'info', text: `scan start; draining=${leaving.length}` });

	if (lock) await tellToLeave(leaving, { store, backends, clock, host, signal });
	const { deployFence, at } = observed;
	const by = { store, platform, backends, policy, clock, signal };
	const judgedAt = clock.now();
	const fates: Fate[] = [];
	for (const decision of await judge(leaving, by)) {
		signal.throwIfAborted();
		const service = observed.services.get(decision.id);
		const work = async (decision: Deletion, lock: HeldLock, service: BackendService): Promise<Fate> => {
			await lock.confirm();
			const old = clock.now() - judgedAt >= FRESH_LOOK_MS;
			const again = old ? await judgeAgain(decision, by) : decision;
			if (again.action === 'delete')
				await retire(service, { ...by, lock, deployFence, because: again.reason, observedAt: at });
			return again;
		};
		const fate =
			decision.action === 'delete' && lock && service
				? await attempt(decision, () => work(decision, lock, service), signal)
				: decision;
		host.notify({ level: fate.action === 'fail' ? 'warning' : 'info', text: fateLine(fate) });
		fates.push(fate);
	}

	if (lock) await sweepResting({ ...options, resting: observed.resting, lock, signal });
	const { deleted, kept, failed } = sortFates(fates);
	host.notify({
		level: 'info',
		text: `scan complete; deleted=${deleted.length} skipped=${kept.length + failed.length}`,
	});
	return { status: 'completed', draining: leaving.length, reconciled: observed.reconciled, deleted, kept, failed };
}

type Deletion = Extract<Decision, { action: 'delete' }>;

/** A machine may have slept since a deployment was judged, and its visitors may have come back. Gone by now is as good as deleted. */
async function judgeAgain(decision: Deletion, by: Judge & Pick<JanitorOptions, 'store'>): Promise<Settled> {
	const record = await by.store.find(decision.id);
	return record === null ? decision : ((await judge([record], by))[0] ?? decision);
}

/** One deployment's failure is its own, unless nothing more may be done. */
async function attempt(decision: Deletion, work: () => Promise<Fate>, signal: AbortSignal): Promise<Fate> {
	const { id } = decision;
	try {
		return await work();
	} catch (error) {
		signal.throwIfAborted();
		if (error instanceof LockLostError) throw error;
		if (error instanceof ActiveDeploymentError) return { action: 'keep', id, reason: 'promoted', detail: null };
		if (error instanceof LockHeldError) return { action: 'keep', id, reason: 'deploy_running', detail: error.owner };
		return {
			action: 'fail',
			id,
			reason: decision.reason,
			message: error instanceof Error ? error.message : String(error),
		};
	}
}
