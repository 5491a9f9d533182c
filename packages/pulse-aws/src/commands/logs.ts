import { isDeployToolError, usageError } from 'pulse-deploy-kit/errors';
import { followLog, type LogWindow } from 'pulse-deploy-kit/logs/follow-log';
import type { LogLine } from 'pulse-deploy-kit/logs/log-line';
import { type LogRequest, windowOf } from 'pulse-deploy-kit/logs/log-settings';
import { type LogReport, logReport } from 'pulse-deploy-kit/logs/print-log';
import { awsClock, looking, type Session } from '../adapters/session.ts';
import { toldError } from '../adapters/told.ts';
import { readLogEvents } from '../platform/log-events.ts';
import { existing } from '../stack/read-baseline.ts';
import { activeDeployment } from '../traffic/traffic.ts';

const HOUR_MS = 3_600_000;
/** CloudWatch finds lines from a time on, not the newest ones: so far back it is looked for them, one after the other. */
const WINDOWS_MS = [HOUR_MS / 6, 2 * HOUR_MS, 24 * HOUR_MS, 30 * 24 * HOUR_MS, Number.POSITIVE_INFINITY];
/** Lines of tasks come by clocks of their own. */
const AHEAD_MS = 60_000;

export interface LogsRequest extends LogRequest {
	readonly deploymentName: string;
	/** `null`: the active one. */
	readonly deploymentId: string | null;
	/** Where lines go that come while it is followed. */
	readonly onLines?: (lines: readonly LogLine[]) => void;
}

export interface LogsReport extends LogReport {
	readonly deployment_id: string;
}

/** What the tasks of a deployment have written, those included that ended, and also of a deployment that is gone. */
export async function logs(session: Session, request: LogsRequest): Promise<LogsReport> {
	const { host, signal } = session;
	const clock = awsClock(session);
	const { outputs, fleet } = await existing(session, request.deploymentName);
	const id = request.deploymentId ?? activeDeployment(fleet.traffic, fleet.deployments)?.id;
	if (id === undefined) throw usageError('nothing is active', 'Name a deployment: pulse-aws status lists them.');
	const aws = looking(session);
	const where = { group: outputs.logGroupName, deployment: id };
	async function read({ since, limit }: LogWindow): Promise<readonly LogLine[]> {
		const now = clock.now();
		const until = now + AHEAD_MS;
		if (since !== null) return (await readLogEvents(aws, where, since, until)).slice(-limit);
		let lines: readonly LogLine[] = [];
		let end = until;
		for (const back of WINDOWS_MS) {
			if (lines.length >= limit) break;
			const from = Math.max(0, now - back);
			const older = await readLogEvents(aws, where, from, end);
			// Whether the end of a window belongs to it is not documented.
			lines = [...older.filter(({ at }) => end === until || at < end), ...lines];
			end = from;
		}
		return lines.slice(-limit);
	}
	const first = windowOf(request, clock.now());
	const { follow, onLines } = request;
	if (!follow || onLines === undefined) {
		const lines = await read(first);
		const known = fleet.deployments.some((one) => one.id === id);
		if (lines.length === 0 && !known)
			throw usageError(`deployment '${id}' not found, and it has left no log`, 'List them: pulse-aws status');
		return { deployment_id: id, ...logReport(lines) };
	}
	await followLog({ read, first, show: onLines, isPassing, clock, host, signal });
	return { deployment_id: id, ...logReport([]) };
}

function isPassing(error: unknown): boolean {
	const told = toldError(error);
	return isDeployToolError(told) && told.fault === 'platform';
}
