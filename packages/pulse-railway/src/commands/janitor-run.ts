import { systemClock } from 'pulse-deploy-kit/clock';
import { DeployToolError } from 'pulse-deploy-kit/errors';
import type { NoticeReport } from 'pulse-deploy-kit/notify/deliver';
import type { Session } from '../adapters/session.ts';
import { storeRouter } from '../adapters/store-router.ts';
import { openBackends } from '../backends/backends.ts';
import type { JanitorConfig } from '../config/janitor.ts';
import { notifyOperators } from '../janitor/notify.ts';
import { type JanitorResult, whatHoldsEach } from '../janitor/result.ts';
import { runJanitor } from '../janitor/run.ts';
import { openPrivateNetwork } from '../private-network.ts';
import { storeUrlOfStack } from '../stack/store-url.ts';
import { openStore } from '../stores/open.ts';
import { completeCanary } from './complete-canary.ts';

export type JanitorReport = JanitorResult & {
	/** Which canary became active, as its schedule said; `null`: none was due. */
	readonly canary_completed: string | null;
	/** What became of the notices that were due; `null`: the stack sends none, or none could be sent. */
	readonly notices: NoticeReport | null;
};

/** Opens what the janitor needs, runs one pass, and closes it again. */
export async function janitorRun(session: Session, request: JanitorConfig): Promise<JanitorReport> {
	const { ports, host, signal, dryRun } = session;
	// Nothing but these: what stands there goes into requests.
	const { projectId, environmentId } = request;
	const platform = ports.openPlatform({ projectId, environmentId });
	const url = request.storeUrl?.reveal() ?? storeUrlOfStack(await platform.observe(signal), request);
	if (url === null) {
		throw new DeployToolError('store-missing', 'the deployment store is not configured', {
			fault: 'user',
			next: 'Set REDIS_URL on the janitor service: pulse-railway upgrade',
		});
	}
	const store = await openStore(url, { prefix: request.redisPrefix });
	const network = openPrivateNetwork(
		request.privateNetworkFile === undefined ? {} : { file: request.privateNetworkFile },
	);
	const backends = openBackends({ network, port: request.backendPort, token: request.internalToken });
	const { policy, owner, lockTtlMs, notifying } = request;
	const startedAt = systemClock.now();
	const tell = (result: JanitorResult | null) => {
		const holding = whatHoldsEach(result);
		const { rollbackWindowMs } = policy;
		return notifyOperators({
			store,
			notifying,
			holding,
			rollbackWindowMs,
			startedAt,
			host,
			clock: systemClock,
			signal,
		});
	};
	/** What happened before a failure is told all the same, and with it what still waits. */
	const tellFirst = (result: JanitorResult | null) => async (error: unknown) => {
		if (!dryRun && !signal.aborted) await tell(result);
		throw error;
	};
	try {
		const by = { store, platform, backends, policy, owner, lockTtlMs };
		const run = runJanitor({ ...by, dryRun, host, clock: systemClock, signal });
		const result = await run.catch(tellFirst(null));
		const now = () => systemClock.now();
		const router = storeRouter({ store, probe: backends.sessions, reload: backends.reload, now });
		const completion = { ports, platform, router, owner, ttlMs: lockTtlMs, signal };
		const completed = dryRun ? null : await completeCanary(completion).catch(tellFirst(result));
		if (completed !== null) host.notify({ level: 'info', text: `promote ${completed}; reason=canary_schedule` });
		return { ...result, canary_completed: completed, notices: dryRun ? null : await tell(result) };
	} finally {
		await Promise.allSettled([backends.close(), store.close()]);
	}
}
