import { runDashboard } from 'pulse-deploy-kit/dashboard/run';
import type { DashboardSource } from 'pulse-deploy-kit/dashboard/source';
import type { HistoryLine } from 'pulse-deploy-kit/history/line';
import { renderLogLine } from 'pulse-deploy-kit/logs/log-line';
import { logRequest } from 'pulse-deploy-kit/logs/log-settings';
import { awsClock, looking, type Session } from '../adapters/session.ts';
import { toldError } from '../adapters/told.ts';
import { dashboardFacts } from '../plan/dashboard-facts.ts';
import { afterMove, type FleetReport } from '../plan/fleet-report.ts';
import { readDefaultTarget } from '../platform/traffic.ts';
import { requireBaseline } from '../stack/read-baseline.ts';
import { history } from './history.ts';
import { lock } from './lock.ts';
import { logs } from './logs.ts';
import { StatusMemory, status } from './status.ts';

/** One call, which tells whether visitors were moved: a deploy is shown within a second. */
const EVERY_MS = 500;
/** All the rest takes a dozen calls, of limits that deploys and the reaper share. */
const FLEET_MS = 5_000;
const HISTORY_MS = 30_000;
const MOST_HISTORY = 300;
const LINES = 200;

export interface DashboardRequest extends Pick<DashboardSource, 'carryOut'> {
	readonly deploymentName: string;
	readonly port: number;
	readonly open: boolean;
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

interface Seen {
	/** Where the default action led. */
	readonly target: string | null;
	readonly report: FleetReport;
	/** Who held the deploy lock. */
	readonly underWay: string | null;
	readonly at: number;
}

function looker(
	session: Session,
	{ deploymentName: name }: DashboardRequest,
	listenerArn: string,
): DashboardSource['look'] {
	const { clock } = session;
	const memory = new StatusMemory();
	let seen: Seen | undefined;
	let told: readonly HistoryLine[] = [];
	let fleetAt = Number.NEGATIVE_INFINITY;
	let historyAt = Number.NEGATIVE_INFINITY;

	async function readAll(looks: Session, target: string | null): Promise<Seen> {
		const [report, { by: underWay }] = await Promise.all([
			status(looks, name, { memory, asks: true }),
			lock(looks, { deploymentName: name, breaks: false, dryRun: true }),
		]);
		fleetAt = clock.now();
		return { target, report, underWay, at: awsClock(session).now() };
	}

	async function readHistory(looks: Session): Promise<void> {
		told = (await history(looks, { deploymentName: name, deploymentId: null, lines: MOST_HISTORY })).entries;
		historyAt = clock.now();
	}

	async function look(looks: Session): Promise<Seen> {
		const target = await readDefaultTarget(looking(looks), listenerArn);
		const movedTo = seen === undefined || target === seen.target ? undefined : memory.groups.get(target ?? '');
		if (seen !== undefined && movedTo !== undefined && movedTo !== seen.report.active) {
			// Shown at once; what it means for all the rest takes several calls in turn, which the next look makes.
			fleetAt = Number.NEGATIVE_INFINITY;
			historyAt = Number.NEGATIVE_INFINITY;
			return { ...seen, target, report: afterMove(seen.report, movedTo) };
		}
		const isOld = seen === undefined || target !== seen.target || clock.now() - fleetAt >= FLEET_MS;
		const [now] = await Promise.all([
			isOld || seen === undefined ? readAll(looks, target) : seen,
			clock.now() - historyAt >= HISTORY_MS ? readHistory(looks) : undefined,
		]);
		// A command writes down what it did as it gives the lock back, which the next look reads.
		if (seen !== undefined && now.underWay !== seen.underWay) historyAt = Number.NEGATIVE_INFINITY;
		return now;
	}

	return async (signal) => {
		seen = await look({ ...session, signal }).catch(retold);
		const { report, at, underWay } = seen;
		return dashboardFacts(report, told, { at, underWay });
	};
}

/** Errors of the SDK are told like all others. */
function retold(error: unknown): never {
	throw toldError(error);
}
