import { randomBytes } from 'node:crypto';
import type { Clock } from 'pulse-deploy-kit/clock';
import { DeployToolError, isDeployToolError } from 'pulse-deploy-kit/errors';
import type { Host } from 'pulse-deploy-kit/host';
import type { Lane } from 'pulse-deploy-kit/supersede/lane';
import type { RouterPort } from '../adapters/ports.ts';
import { type HeldLock, holdLock, type LockPort } from '../control/hold-lock.ts';
import { LockHeldError } from '../deployments/errors.ts';
import { type LockHolder, leaseOf } from '../deployments/store.ts';

const RETRY_MS = 1_000;
const LOCK_CALL_MS = 10_000;
/** The holder where a router cannot tell: a lock that lapsed once is lost then. */
const OLD_ROUTER = 'nobody knows whom, because the router is older than this command';

export interface LockOptions {
	readonly router: RouterPort;
	readonly clock: Clock;
	readonly host: Host;
	readonly signal: AbortSignal;
	/** Shown to a command that is refused, e.g. `anna@laptop: deploy prod`. */
	readonly owner: string;
	/** A killed command blocks the next one for this long at most; a running one renews every third of it. */
	readonly ttlMs: number;
	/** How long a lock that is renewed is waited for. Default: as long as it may outlive a killed command. */
	readonly patienceMs?: number;
}

/**
 * Runs `work` while holding the deploy lock. The lock of a killed command expires and is waited for; one that is renewed
 * belongs to a running command, and then this one gives way. `waited`: what was read before is old.
 * @throws DeployToolError `lock-held`, naming the holder and since when
 */
export async function withDeployLock<T>(
	options: LockOptions,
	work: (lock: HeldLock, waited: boolean) => Promise<T>,
): Promise<T> {
	const { lock, waited } = await acquire(options);
	try {
		return await work(lock, waited);
	} finally {
		await lock.release();
	}
}

/**
 * Says that this command makes `deployment`, and renews it while the command lives. `null` where the router is older than
 * this command and knows no leases.
 * @param lane which later deploys it stops for; left out: for none
 * @throws DeployToolError `lock-held` while another command makes a deployment of that id
 */
export async function holdLease(options: LockOptions, deployment: string, lane?: Lane): Promise<HeldLock | null> {
	const { router, clock, signal, owner, ttlMs } = options;
	const token = randomBytes(16).toString('hex');
	try {
		const lease = await holdLock(
			lockPort(router, signal),
			{ name: leaseOf(deployment), owner, token, ttlMs, lane },
			clock,
			signal,
		);
		if (lease.held) return lease;
		throw new LockHeldError(leaseOf(deployment), lease.owner);
	} catch (error) {
		if (isDeployToolError(error) && error.code === 'usage') return null;
		throw error;
	}
}

/**
 * Runs `work` on a deployment that another command may have begun to make: one that lives is refused, and one that merely
 * slept can take nothing of it back afterwards. What was killed is waited for. A router that knows no leases excludes no command.
 * @throws DeployToolError `lock-held` while another command makes it
 */
export async function withLease<T>(options: LockOptions, deployment: string, work: () => Promise<T>): Promise<T> {
	const { clock, signal, ttlMs } = options;
	const deadline = clock.now() + ttlMs + 2 * RETRY_MS;
	const take = async (): Promise<HeldLock | null> => {
		for (;;) {
			try {
				return await holdLease(options, deployment);
			} catch (error) {
				if (!(error instanceof LockHeldError) || clock.now() >= deadline) throw error;
			}
			await clock.sleep(RETRY_MS, signal);
		}
	};
	const lease = await take();
	try {
		return await work();
	} finally {
		await lease?.release();
	}
}

async function acquire({
	ttlMs,
	router,
	clock,
	host,
	signal,
	owner,
	patienceMs = ttlMs + 2 * RETRY_MS,
}: LockOptions): Promise<{ lock: HeldLock; waited: boolean }> {
	const request = { name: 'deploy', owner, token: randomBytes(16).toString('hex'), ttlMs } as const;
	const port = lockPort(router, signal);
	const deadline = clock.now() + patienceMs;
	for (let waited = false; ; waited = true) {
		const lock = await holdLock(port, request, clock, signal);
		if (lock.held) return { lock, waited };
		if (clock.now() >= deadline) {
			throw new DeployToolError('lock-held', `${held(lock, clock)}.`, {
				fault: 'user',
				next: 'Wait until it is finished, or stop it where it runs (Ctrl-C undoes a deploy that builds), then run the command again.',
			});
		}
		if (!waited)
			host.notify({ level: 'warning', text: `${held(lock, clock)}. Waiting in case that command was killed.` });
		await clock.sleep(RETRY_MS, signal);
	}
}

/** Only acquiring obeys the command's signal: the lock is renewed and released while the command undoes its work. */
function lockPort(router: RouterPort, signal: AbortSignal): LockPort {
	const bounded = () => AbortSignal.timeout(LOCK_CALL_MS);
	return {
		async acquireLock({ lastFence, ...request }) {
			if (lastFence === undefined) return router.control('lock.acquire', request, signal);
			return router.control('lock.retake', { ...request, lastFence }, bounded()).catch((error: unknown) => {
				if (!isDeployToolError(error) || error.code !== 'usage') throw error;
				return { granted: false, owner: OLD_ROUTER, acquiredAt: null, expiresAt: 0 } as const;
			});
		},
		renewLock: (name, token, ttlMs) => router.control('lock.renew', { name, token, ttlMs }, bounded()),
		releaseLock: (name, token) => router.control('lock.release', { name, token }, bounded()),
	};
}

function held({ owner, acquiredAt }: LockHolder, clock: Clock): string {
	const since = acquiredAt === null ? '' : `, for ${Math.max(0, Math.round((clock.now() - acquiredAt) / 1000))} s`;
	return `Another command holds the deploy lock: ${owner}${since}`;
}
