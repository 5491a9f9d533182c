import { runDashboard } from 'pulse-deploy-kit/dashboard/run';
import type { DashboardSource } from 'pulse-deploy-kit/dashboard/source';
import type { HistoryLine } from 'pulse-deploy-kit/history/line';
import { renderLogLine } from 'pulse-deploy-kit/logs/log-line';
import { logRequest } from 'pulse-deploy-kit/logs/log-settings';
import { awsClock, looking, type Session } from '../adapters/session.ts';
import { toldError } from '../adapters/told.ts';
import { dashboardFacts } from '../plan/dashboard-facts.ts';
import type { FleetReport } from '../plan/fleet-report.ts';
import { readDefaultTarget } from '../platform/traffic.ts';
import { requireBaseline } from '../stack/read-baseline.ts';
import { history } from './history.ts';
import { lock } from './lock.ts';
import { logs } from './logs.ts';
import { StatusMemory, status } from './status.ts';

/** One call, which tells whether visitors were moved: a deploy is shown within about a second. */
const EVERY_MS = 1_000;
/** All the rest takes a dozen calls, of limits that deploys and the reaper share. */
const FLEET_MS = 5_000;
const HISTORY_MS = 30_000;
const MOST_HISTORY = 300;
const LINES = 200;

export interface DashboardRequest extends Pick<DashboardSource, 'carryOut'> {
	readonly deploymentName: string;
	readonly port: number;
	readonly open: boolean;
	/** Commands that can be carried out. */
	readonly verbs: readonly string[];
	readonly onAddress: (address: string) => void;
}

/** Serves the page until the session's signal aborts. */
export async function dashboard(session: Session, request: DashboardRequest): Promise<void> {
	const { port, open, onAddress, carryOut, deploymentName: name } = request;
	const { listenerArn } = await requireBaseline(session, name);
	const source: DashboardSource = {
		tool: 'pulse-aws',
		look: looker(session, request, listenerArn),
		everyMs: EVERY_MS,
		async follow(deploymentId, onLines, signal) {
			const wanted = logRequest({ flags: { follow: true, lines: LINES }, env: {} });
			const show: typeof onLines = (lines) => (lines.length === 0 ? undefined : onLines(lines));
			await logs(
				{ ...session, signal },
				{ ...wanted, deploymentName: name, deploymentId, onLines: (lines) => show(lines.map(renderLogLine)) },
			);
		},
		carryOut: (...order) => carryOut(...order).catch(retold),
	};
	const { host, clock, signal } = session;
	await runDashboard(source, { port, open, onAddress, host, clock, signal });
}

function looker(
	session: Session,
	{ deploymentName: name, verbs }: DashboardRequest,
	listenerArn: string,
): DashboardSource['look'] {
	const { clock } = session;
	const memory = new StatusMemory();
	let seen: { readonly target: string | null; readonly report: FleetReport; readonly at: number } | undefined;
	let underWay: string | null = null;
	let told: readonly HistoryLine[] = [];
	let fleetAt = Number.NEGATIVE_INFINITY;
	let historyAt = Number.NEGATIVE_INFINITY;
	return async (signal) => {
		const looks = { ...session, signal };
		try {
			const target = await readDefaultTarget(looking(looks), listenerArn);
			const moved = seen === undefined || target !== seen.target;
			if (seen === undefined || moved || clock.now() - fleetAt >= FLEET_MS) {
				const [report, holder] = await Promise.all([
					status(looks, name, memory),
					lock(looks, { deploymentName: name, breaks: false, dryRun: true }),
				]);
				seen = { target, report, at: awsClock(session).now() };
				underWay = holder.by;
				fleetAt = clock.now();
			}
			if (moved || clock.now() - historyAt >= HISTORY_MS) {
				const asked = { deploymentName: name, deploymentId: null, lines: MOST_HISTORY };
				told = (await history(looks, asked)).entries;
				historyAt = clock.now();
			}
		} catch (error) {
			return retold(error);
		}
		return dashboardFacts(seen.report, told, { at: seen.at, underWay, verbs });
	};
}

/** Errors of the SDK are told like all others. */
function retold(error: unknown): never {
	throw toldError(error);
}
