import { randomBytes } from 'node:crypto';
import { LockHeldError } from '../deployments/errors.ts';
import { type DeploymentStore, leaseOf } from '../deployments/store.ts';

const OWNER = 'a command that removes it';
const TTL_MS = 5_000;

/**
 * A pending deployment whose command lives is removed by that command alone: older commands take every one for abandoned.
 * The lease of an abandoned one is taken for the removal, so that a command that slept meanwhile cannot take it again.
 */
export async function removeRecord(
	store: DeploymentStore,
	id: string,
	options: NonNullable<Parameters<DeploymentStore['remove']>[1]>,
): Promise<boolean> {
	const name = leaseOf(id);
	const record = await store.find(id);
	if (record?.state !== 'pending' || options.lock?.name === name) return store.remove(id, options);
	const token = randomBytes(16).toString('hex');
	const lease = await store.acquireLock({ name, owner: OWNER, token, ttlMs: TTL_MS });
	if (!lease.granted) throw new LockHeldError(name, lease.owner);
	try {
		return await store.remove(id, options);
	} finally {
		await store.releaseLock(name, token);
	}
}
