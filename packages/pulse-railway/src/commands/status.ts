import { systemClock } from 'pulse-deploy-kit/clock';
import { isDeployToolError } from 'pulse-deploy-kit/errors';
import type { Ports } from '../adapters/ports.ts';
import type { Session } from '../adapters/session.ts';
import type { ServiceTarget } from '../config/service-target.ts';
import { janitorPolicy } from '../plan/janitor-policy.ts';
import { type StackReport, stackReport } from '../plan/stack-report.ts';
import { isPassing } from '../platform/error.ts';
import type { Platform, StackObservation } from '../platform/port.ts';
import { routerFacts } from '../stack/baseline.ts';
import { requireTarget } from './resolve-target.ts';

const WATCH_MS = 2_000;
/** Railway counts requests by the hour, and who is where changes in the router. */
const OBSERVE_MS = 10_000;
const ROUTER_BUDGET_MS = 5_000;
const PROBE_MS = 3_000;

export interface StatusRequest extends ServiceTarget {
	/** Given: it is looked again and again until the signal aborts, and each report goes there. */
	readonly onReport?: (report: StackReport) => void;
}

/** Reads both truths and says what the janitor would do; changes nothing. */
export async function status(session: Session, request: StatusRequest): Promise<StackReport> {
	const { account, ports, signal } = session;
	const { target, routerService, onReport } = request;
	const platform = ports.openPlatform(await requireTarget(target, account, signal, session));
	const read = stackReader(platform, ports, routerService, signal);
	let report = await read();
	if (onReport === undefined) return report;
	// Ctrl-C is how watching ends, whatever it interrupts.
	while (!signal.aborted) {
		onReport(report);
		report = await systemClock
			.sleep(WATCH_MS, signal)
			.then(read)
			.catch((error: unknown) => {
				if (!signal.aborted) throw error;
				return report;
			});
	}
	return report;
}

/** Railway is asked again when its last word is old or the router knows better, and may be silent once it spoke. */
function stackReader(
	platform: Pick<Platform, 'observe'>,
	{ openRouter }: Pick<Ports, 'openRouter'>,
	routerService: string,
	signal: AbortSignal,
): () => Promise<StackReport> {
	let observation: StackObservation | undefined;
	let revision: number | undefined;
	let askAt = 0;

	async function observe(): Promise<StackObservation> {
		try {
			observation = await platform.observe(signal);
			askAt = systemClock.now() + OBSERVE_MS;
			return observation;
		} catch (error) {
			if (observation === undefined || !isPassing(error)) throw error;
			askAt = systemClock.now() + Math.max(OBSERVE_MS, error.retryAfterMs ?? 0);
			return observation;
		}
	}

	return async () => {
		const due = observation === undefined || systemClock.now() >= askAt;
		let seen = due || observation === undefined ? await observe() : observation;
		const router = routerFacts(seen, routerService);
		const { controlOrigin: origin, controlToken } = router;
		const port = openRouter({ origin, controlToken, budgetMs: ROUTER_BUDGET_MS });
		const live = await port.control('status', { probeMs: PROBE_MS }, signal).catch((error: unknown) => {
			// What Railway says is worth the more when the router is away.
			if (isDeployToolError(error) && error.code === 'control-unreachable') return error;
			throw error;
		});
		if (!(live instanceof Error)) {
			if (!due && live.snapshot.revision !== revision) seen = await observe();
			revision = live.snapshot.revision;
		}
		return stackReport(seen, live, router, janitorPolicy(seen));
	};
}
