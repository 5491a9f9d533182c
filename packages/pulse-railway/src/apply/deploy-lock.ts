import { randomBytes } from 'node:crypto';
import type { Clock } from 'pulse-deploy-kit/clock';
import { DeployToolError, isDeployToolError } from 'pulse-deploy-kit/errors';
import type { Host } from 'pulse-deploy-kit/host';
import { LockLostError } from '../deployments/errors.ts';
import type { LockName, LockRefusal } from '../deployments/store.ts';
import type { RouterPort } from './ports.ts';

const TTL_MS = 15_000;
const RENEW_MS = 5_000;
const RETRY_MS = 1_000;

export interface HeldLock {
	/** Given to every live write, so that a holder who lost it writes nothing. */
	readonly grant: { readonly name: LockName; readonly fence: number };
	/** Aborts when the command is interrupted or the lock is lost. */
	readonly signal: AbortSignal;
	/** Somebody held it before; what was read until then is old. */
	readonly waited: boolean;
}

export interface LockOptions {
	readonly router: RouterPort;
	readonly clock: Clock;
	readonly host: Host;
	readonly signal: AbortSignal;
	/** Shown to whoever is refused, e.g. `anna@laptop: deploy prod`. */
	readonly owner: string;
}

/**
 * Runs `work` while holding the deploy lock. The lock of a killed command expires within 15 s and is waited for; one that
 * is renewed belongs to a running command, and then this one gives way.
 * @throws DeployToolError `lock-held`, naming the holder and since when
 */
export async function withDeployLock<T>(options: LockOptions, work: (lock: HeldLock) => Promise<T>): Promise<T> {
	const token = randomBytes(16).toString('hex');
	const { fence, waited } = await acquire(options, token);
	const lost = new AbortController();
	const over = new AbortController();
	const renewing = renew(options, token, lost, over.signal);
	try {
		return await work({
			grant: { name: 'deploy', fence },
			signal: AbortSignal.any([options.signal, lost.signal]),
			waited,
		});
	} finally {
		over.abort();
		await renewing;
		// It expires by itself, so a router that cannot be reached now is no failure.
		await options.router
			.control('lock.release', { name: 'deploy', token }, AbortSignal.timeout(RENEW_MS))
			.catch(() => {});
	}
}

async function acquire(
	{ router, clock, host, signal, owner }: LockOptions,
	token: string,
): Promise<{ fence: number; waited: boolean }> {
	const request = { name: 'deploy', owner, token, ttlMs: TTL_MS } as const;
	const first = await router.control('lock.acquire', request, signal);
	if (first.granted) return { fence: first.fence, waited: false };
	host.notify({ level: 'warning', text: `${held(first, clock)}. Waiting in case that command was killed.` });
	const deadline = clock.now() + TTL_MS + 2 * RETRY_MS;
	let refusal: LockRefusal = first;
	while (clock.now() < deadline) {
		await clock.sleep(RETRY_MS, signal);
		const answer = await router.control('lock.acquire', request, signal);
		if (answer.granted) return { fence: answer.fence, waited: true };
		refusal = answer;
	}
	throw new DeployToolError('lock-held', `${held(refusal, clock)}.`, {
		fault: 'user',
		next: 'Wait until it is finished, then run the command again.',
	});
}

function held({ owner, acquiredAt }: LockRefusal, clock: Clock): string {
	const since = acquiredAt === null ? '' : `, for ${Math.max(0, Math.round((clock.now() - acquiredAt) / 1000))} s`;
	return `Another command holds the deploy lock: ${owner}${since}`;
}

/** Until `over`. A router that cannot be reached for as long as the lock lives means it is lost. */
async function renew(
	{ router, clock }: LockOptions,
	token: string,
	lost: AbortController,
	over: AbortSignal,
): Promise<void> {
	let expires = clock.now() + TTL_MS;
	while (!over.aborted) {
		try {
			await clock.sleep(RENEW_MS, over);
			const asked = clock.now();
			const bound = AbortSignal.any([over, AbortSignal.timeout(RENEW_MS)]);
			if (!(await router.control('lock.renew', { name: 'deploy', token, ttlMs: TTL_MS }, bound))) break;
			expires = asked + TTL_MS;
		} catch (error) {
			if (over.aborted) return;
			if (clock.now() >= expires || (isDeployToolError(error) && error.code === 'control-refused')) break;
		}
	}
	if (!over.aborted) lost.abort(new LockLostError('deploy'));
}
