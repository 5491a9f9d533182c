import { runDashboard } from 'pulse-deploy-kit/dashboard/run';
import type { DashboardSource, Follow } from 'pulse-deploy-kit/dashboard/source';
import { isDeployToolError, usageError } from 'pulse-deploy-kit/errors';
import type { HistoryLine } from 'pulse-deploy-kit/history/line';
import { followLog } from 'pulse-deploy-kit/logs/follow-log';
import { renderLogLine } from 'pulse-deploy-kit/logs/log-line';
import type { Ports, RouterPort } from '../adapters/ports.ts';
import type { Session } from '../adapters/session.ts';
import type { ServiceTarget } from '../config/service-target.ts';
import { dashboardFacts } from '../plan/dashboard-facts.ts';
import { isPassing } from '../platform/error.ts';
import type { Platform } from '../platform/port.ts';
import { serviceNamed } from '../stack/baseline.ts';
import { historyLinesOf } from './history.ts';
import { logReader } from './logs.ts';
import { pacing } from './pacing.ts';
import { requireTarget } from './resolve-target.ts';
import { stackReader } from './stack-reader.ts';

/** A look asks our own router, which is there for visitors: twice a second shows a deploy within the second. */
const EVERY_MS = 500;
/** Who is on each deployment is asked of all of them. */
const PEOPLE_MS = 2_000;
/** The history changes with the router's revision; what does not is read as rarely as that. */
const HISTORY_MS = 10_000;
const LOCAL_LOG_MS = 1_000;
/** Of the 1,000 requests an hour that Railway gives to a small account, looks take 360 and all logs together 360. */
const LOG_MS = 10_000;
/** Lines of a log to begin with. */
const LINES = 200;

export interface DashboardRequest extends ServiceTarget, Pick<DashboardSource, 'carryOut'> {
	readonly port: number;
	readonly open: boolean;
	readonly onAddress: (address: string) => void;
}

/** Serves the page until the session's signal aborts. */
export async function dashboard(session: Session, request: DashboardRequest): Promise<void> {
	const { account, ports, host, signal } = session;
	const platform = ports.openPlatform(await requireTarget(request.target, account, signal, session));
	const { port, open, onAddress, carryOut } = request;
	const source: DashboardSource = {
		tool: 'pulse-railway',
		look: looker(ports, platform, request.routerService),
		everyMs: EVERY_MS,
		follow: follower(session, platform),
		carryOut,
	};
	await runDashboard(source, { port, open, onAddress, host, clock: ports.clock, signal });
}

function looker(ports: Ports, platform: Platform, routerService: string): DashboardSource['look'] {
	const { clock } = ports;
	const read = stackReader(platform, ports, routerService, PEOPLE_MS);
	let history: readonly HistoryLine[] = [];
	let revision: number | null = null;
	let readAt = Number.NEGATIVE_INFINITY;
	return async (signal) => {
		const reading = await read(signal);
		if (reading.revision !== null && (reading.revision !== revision || clock.now() - readAt >= HISTORY_MS)) {
			history = await historyFrom(reading.router, signal);
			revision = reading.revision;
			readAt = clock.now();
		}
		return dashboardFacts(reading.report, history, reading.at);
	};
}

/** Newest first; of a router that keeps none, nothing. */
async function historyFrom(router: RouterPort, signal: AbortSignal): Promise<readonly HistoryLine[]> {
	const kept = await router.control('history', {}, signal).catch((error: unknown) => {
		if (isDeployToolError(error) && error.code === 'usage') return [];
		throw error;
	});
	return historyLinesOf(kept);
}

function follower({ ports, host, apiUrl }: Session, platform: Platform): Follow {
	// A platform of this machine counts no requests.
	const isLocal = apiUrl !== undefined;
	const paced = pacing(isLocal ? 0 : LOG_MS, ports.clock);
	return async (name, onLines, signal) => {
		const service = serviceNamed(await platform.observe(signal), name);
		if (service === undefined) throw usageError(`there is no service ${name}`);
		if (service.latestDeployment === null) throw usageError(`${name} has not been started yet`);
		await followLog({
			read: paced(logReader(platform, service.latestDeployment.id)),
			first: { since: null, limit: LINES },
			show: (lines) => {
				if (lines.length > 0) onLines(lines.map(renderLogLine));
			},
			isPassing,
			...(isLocal ? { everyMs: LOCAL_LOG_MS } : {}),
			clock: ports.clock,
			host,
			signal,
		});
	};
}
