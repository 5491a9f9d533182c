import { randomBytes } from 'node:crypto';
import type { Clock } from 'pulse-deploy-kit/clock';
import type { Host } from 'pulse-deploy-kit/host';
import { type HeldLock, holdLock } from '../control/hold-lock.ts';
import { LockLostError } from '../deployments/errors.ts';
import { type DeploymentStore, leaseOf } from '../deployments/store.ts';
import { type KeptService, restingServices } from '../stack/durable.ts';
import type { Policy } from './facts.ts';
import type { JanitorPlatform } from './retire.ts';

export interface RestingSweep {
	readonly store: DeploymentStore;
	readonly platform: JanitorPlatform;
	/** Newest first, as they were seen. */
	readonly resting: readonly KeptService[];
	readonly policy: Policy;
	readonly owner: string;
	readonly clock: Clock;
	readonly host: Host;
	readonly lock: Pick<HeldLock, 'confirm'>;
	readonly signal: AbortSignal;
}

const LEASE_MS = 55_000;

/**
 * Of the deployments that are kept to be started again, those beyond the newest go for good. Each is deleted under its lease,
 * which a `rollback --redeploy` that starts it again holds too, and after one more look.
 * @returns ids of what was deleted
 */
export async function sweepResting(sweep: RestingSweep): Promise<readonly string[]> {
	const { resting, policy, signal } = sweep;
	const surplus = policy.redeployKeep === undefined ? [] : resting.slice(policy.redeployKeep);
	const gone: string[] = [];
	for (const kept of surplus) {
		try {
			if (await deleteKept(kept, sweep)) gone.push(kept.id);
		} catch (error) {
			signal.throwIfAborted();
			if (error instanceof LockLostError) throw error;
			// The next run tries again; a service that is kept too long does not hold up the deletion of drained deployments.
			const why = error instanceof Error ? error.message : String(error);
			sweep.host.notify({ level: 'warning', text: `fail ${kept.id}; reason=no_longer_kept; ${why}` });
		}
	}
	return gone;
}

async function deleteKept(kept: KeptService, sweep: RestingSweep): Promise<boolean> {
	const { store, platform, owner, clock, host, lock, signal } = sweep;
	const { id } = kept;
	const token = randomBytes(16).toString('hex');
	const lease = await holdLock(store, { name: leaseOf(id), owner, token, ttlMs: LEASE_MS }, clock, signal);
	// Another command starts it, or deletes it.
	if (!lease.held) return false;
	try {
		const again = restingServices(await platform.observe(signal)).find(({ serviceId }) => serviceId === kept.serviceId);
		if (again === undefined || (await store.find(id)) !== null) return false;
		await Promise.all([lease.confirm(), lock.confirm()]);
		await platform.deleteService(kept.serviceId, signal);
		host.notify({ level: 'info', text: `delete ${id}; reason=no_longer_kept` });
		return true;
	} finally {
		await lease.release();
	}
}
