import { systemClock } from 'pulse-deploy-kit/clock';
import type { Invocation } from 'pulse-deploy-kit/command';
import { isDeployToolError } from 'pulse-deploy-kit/errors';
import { resolveSettings } from 'pulse-deploy-kit/settings';
import { baselineSettings } from '../config/init.ts';
import { serviceTarget } from '../config/service-target.ts';
import type { Policy } from '../janitor/facts.ts';
import { routerFacts } from '../plan/baseline.ts';
import { type StackReport, stackReport } from '../plan/stack-report.ts';
import type { StackObservation } from '../platform/port.ts';
import { requireTarget } from './resolve-target.ts';
import { withSession } from './session.ts';

const WATCH_MS = 2_000;
const ROUTER_BUDGET_MS = 5_000;
const PROBE_MS = 3_000;

/** Reads both truths and says what the janitor would do; changes nothing. */
export async function status(invocation: Invocation, onReport?: (report: StackReport) => void): Promise<StackReport> {
	const { env, host, signal } = invocation;
	const where = serviceTarget(invocation);
	return withSession({ token: where.token, env, host }, async ({ account, ports }) => {
		const platform = ports.openPlatform(await requireTarget(where.target, account, signal));
		for (;;) {
			const observation = await platform.observe(signal);
			const router = routerFacts(observation, where.routerService);
			const { controlOrigin: origin, controlToken } = router;
			const port = ports.openRouter({ origin, controlToken, budgetMs: ROUTER_BUDGET_MS });
			const live = await port.control('status', { probeMs: PROBE_MS }, signal).catch((error: unknown) => {
				// What Railway says is worth the more when the router is away.
				if (isDeployToolError(error) && error.code === 'control-unreachable') return error;
				throw error;
			});
			const report = stackReport(observation, live, router, janitorPolicy(observation));
			if (onReport === undefined) return report;
			onReport(report);
			// Ctrl-C is how watching ends.
			await systemClock.sleep(WATCH_MS, signal).catch(() => {});
			if (signal.aborted) return report;
		}
	});
}

/** As the janitor service will read it from its own variables. */
function janitorPolicy({ services }: StackObservation): Policy {
	const { drainGraceSeconds, maxDrainAgeSeconds } = baselineSettings;
	const janitor = services.find(
		({ variables }) => drainGraceSeconds.env[0] !== undefined && drainGraceSeconds.env[0] in variables,
	);
	const env = Object.fromEntries(
		Object.entries(janitor?.variables ?? {}).map(([name, value]) => [name, value ?? undefined]),
	);
	const { values } = resolveSettings({ drainGraceSeconds, maxDrainAgeSeconds }, { flags: {}, env });
	return { drainGraceMs: values.drainGraceSeconds * 1000, maxDrainAgeMs: values.maxDrainAgeSeconds * 1000 };
}
