import { systemClock } from 'pulse-deploy-kit/clock';
import { isDeployToolError } from 'pulse-deploy-kit/errors';
import { KeptReading } from 'pulse-deploy-kit/kept-reading';
import type { Ports, RouterPort } from '../adapters/ports.ts';
import type { ControlStatus } from '../control/status.ts';
import { janitorPolicy } from '../plan/janitor-policy.ts';
import { type StackReport, stackReport } from '../plan/stack-report.ts';
import { isPassing } from '../platform/error.ts';
import type { Platform, StackObservation } from '../platform/port.ts';
import type { ServiceUsage } from '../platform/usage.ts';
import { routerFacts } from '../stack/baseline.ts';

/** Railway counts requests by the hour, and who is where changes in the router. */
const OBSERVE_MS = 10_000;
/** Railway has a new sample once a minute; of a small account's 1,000 requests an hour this takes 60. */
const USAGE_MS = 60_000;
/** What it costs is told of so much time. */
const USED_MS = 600_000;
/** `status` waits no longer for what it can do without. */
const USAGE_BUDGET_MS = 3_000;
const ROUTER_BUDGET_MS = 5_000;
const PROBE_MS = 3_000;

export interface StackReading {
	readonly report: StackReport;
	/** Of the router's snapshot; `null`: it did not answer. */
	readonly revision: number | null;
	/** The router that was asked. */
	readonly router: RouterPort;
	/** By the router's clock where it answered, Unix milliseconds. */
	readonly at: number;
}

/**
 * Railway is asked again when its last word is old or the router knows better, and may be silent once it spoke.
 * @param peopleMs how old what deployments say of who is on them may be: each look asks all of them otherwise
 */
export function stackReader(
	platform: Pick<Platform, 'observe' | 'usage'>,
	{ openRouter }: Pick<Ports, 'openRouter'>,
	routerService: string,
	peopleMs = 0,
): (signal: AbortSignal) => Promise<StackReading> {
	let observation: StackObservation | undefined;
	let revision: number | undefined;
	let askAt = 0;
	let people: { readonly sessions: ControlStatus['sessions']; readonly at: number } | undefined;

	async function observe(signal: AbortSignal): Promise<StackObservation> {
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

	const usage = new KeptReading<ReadonlyMap<string, ServiceUsage>>(USAGE_MS);
	const readUsage = (signal: AbortSignal) =>
		usage
			.read(systemClock.now(), () =>
				platform.usage(systemClock.now() - USED_MS, AbortSignal.any([signal, AbortSignal.timeout(USAGE_BUDGET_MS)])),
			)
			.catch(() => {
				// A token that may not read it, or an API that is away: what it costs is good to know, and no more.
				signal.throwIfAborted();
				return new Map<string, ServiceUsage>();
			});

	return async (signal) => {
		const used = readUsage(signal);
		// The await below throws it; without this a rejection before that would end the process.
		used.catch(() => {});
		const due = observation === undefined || systemClock.now() >= askAt;
		let seen = due || observation === undefined ? await observe(signal) : observation;
		const router = routerFacts(seen, routerService);
		const { controlOrigin: origin, controlToken } = router;
		const port = openRouter({ origin, controlToken, budgetMs: ROUTER_BUDGET_MS });
		const sessions = people === undefined || systemClock.now() - people.at >= peopleMs;
		const live = await port.control('status', { probeMs: PROBE_MS, sessions }, signal).catch((error: unknown) => {
			// What Railway says is worth the more when the router is away.
			if (isDeployToolError(error) && error.code === 'control-unreachable') return error;
			throw error;
		});
		if (!(live instanceof Error)) {
			if (sessions) people = { sessions: live.sessions, at: systemClock.now() };
			if (!due && live.snapshot.revision !== revision) seen = await observe(signal);
			revision = live.snapshot.revision;
		}
		const known = live instanceof Error || people === undefined ? live : { ...live, sessions: people.sessions };
		return {
			report: stackReport(seen, known, router, janitorPolicy(seen), await used),
			router: port,
			revision: live instanceof Error ? null : live.snapshot.revision,
			at: live instanceof Error ? systemClock.now() : live.now,
		};
	};
}
