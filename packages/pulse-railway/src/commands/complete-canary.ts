import { isDeployToolError } from 'pulse-deploy-kit/errors';
import type { Ports, RouterPort } from '../adapters/ports.ts';
import type { HeldLock } from '../control/hold-lock.ts';
import type { Canary } from '../deployments/canary.ts';
import { isWhole } from '../deployments/canary-transitions.ts';
import type { Platform } from '../platform/port.ts';
import { withDeployLock } from '../stack/deploy-lock.ts';
import { backendServices, durableActiveId } from '../stack/durable.ts';
import { commitActiveStep } from '../steps/commit-active.ts';
import { execute } from '../steps/execute.ts';
import { promoteStep } from '../steps/promote.ts';
import { type Relock, startRun } from '../steps/run.ts';

export interface Completion {
	readonly ports: Ports;
	readonly platform: Platform;
	/** The store's own answers. */
	readonly router: RouterPort;
	readonly owner: string;
	/** Of the deploy lock, milliseconds. */
	readonly ttlMs: number;
	readonly signal: AbortSignal;
}

const PASSING: ReadonlySet<string> = new Set(['lock-held', 'canary-over']);

/**
 * The last step of a canary's schedule, after all new visitors got it: it becomes active, as `promote` would do it. The
 * janitor's, because no router writes to Railway (decision 4). While a command is at work, the next run does it.
 * @returns which became active; `null` for none
 */
export async function completeCanary(by: Completion): Promise<string | null> {
	const { ports, router, owner, ttlMs, signal } = by;
	if ((await wholeCanary(by)) === null) return null;
	const lock = { router, clock: ports.clock, host: ports.host, signal, owner, ttlMs, patienceMs: 0 };
	try {
		return await withDeployLock(lock, (held) =>
			complete(by, held, (work, signal) => withDeployLock({ ...lock, signal }, work)),
		);
	} catch (error) {
		// Halted meanwhile, or a command is at work: nothing was written.
		if (isDeployToolError(error) && PASSING.has(error.code)) return null;
		throw error;
	}
}

async function complete(by: Completion, lock: HeldLock, relock: Relock): Promise<string | null> {
	const { ports, platform, router } = by;
	const { signal } = lock;
	const canary = await wholeCanary(by);
	const observation = await platform.observe(signal);
	const { activeId } = (await router.control('status', { sessions: false }, signal)).snapshot;
	const target = backendServices(observation).find(({ id }) => id === canary?.id);
	// Where the two truths differ a promotion was interrupted, which the next command or run settles first.
	if (canary === null || target === undefined || durableActiveId(observation) !== activeId) return null;
	await lock.confirm();
	const run = startRun(ports, { platform, observation, router, lock, relock });
	const steps = [commitActiveStep(target.id, canary.beganAt), promoteStep(target)];
	await execute({ title: `Complete the canary ${target.id}`, facts: [], warnings: [], steps }, run, { signal });
	return target.id;
}

async function wholeCanary({ router, signal }: Completion): Promise<Canary | null> {
	const { canary } = (await router.control('status', { sessions: false }, signal)).snapshot;
	return canary !== undefined && isWhole(canary) ? canary : null;
}
