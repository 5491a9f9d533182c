import { type LogEntry, type LogKind, nanoseconds } from '../runtime/logs.ts';
import type { DeploymentRow } from '../world/model.ts';
import { demandDeployment, demandEnvironment } from './caller.ts';
import type { ApiContext } from './context.ts';
import { logFilter } from './log-filter.ts';

/** Logs default to 100 lines and end at 5,000 (schema). */
const DEFAULT_LINES = 100;
const MAX_LINES = 5_000;

export interface LogArguments {
	deploymentId: string;
	limit?: number | null;
	filter?: string | null;
	startDate?: string | null;
	endDate?: string | null;
}

export interface EnvironmentLogArguments {
	environmentId: string;
	filter?: string | null;
	/** Oldest before the anchor, newest after it. */
	beforeDate?: string | null;
	afterDate?: string | null;
	anchorDate?: string | null;
	beforeLimit?: number | null;
	afterLimit?: number | null;
}

export async function deploymentLogs(args: LogArguments, kind: LogKind, context: ApiContext) {
	const row = demandDeployment(context.caller, context.data, args.deploymentId);
	const within = (at: string) =>
		(!args.startDate || at >= isoTime(args.startDate)) && (!args.endDate || at <= isoTime(args.endDate));
	const matches = logFilter(args.filter ?? '');
	return (await entriesOf(row, kind, context))
		.filter(({ entry, tags }) => within(entry.timestamp) && matches({ entry, tags }))
		.slice(-lines(args.limit) || Number.MAX_SAFE_INTEGER)
		.map(logNode);
}

/** Of all deployments of an environment. Build logs are left out unless the filter names a snapshot (schema). */
export async function environmentLogs(args: EnvironmentLogArguments, context: ApiContext) {
	demandEnvironment(context.caller, context.data, args.environmentId);
	const filter = args.filter ?? '';
	const matches = logFilter(filter);
	const kinds: readonly LogKind[] = filter.includes('@snapshot:') ? ['build', 'deploy'] : ['deploy'];
	const rows = Object.values(context.data.deployments).filter((row) => row.environmentId === args.environmentId);
	const all = (await Promise.all(rows.flatMap((row) => kinds.map((kind) => entriesOf(row, kind, context)))))
		.flat()
		.filter(matches)
		.sort((a, b) => a.entry.timestamp.localeCompare(b.entry.timestamp));
	const anchor = args.anchorDate ? isoTime(args.anchorDate) : nanoseconds(context.now(), 999_999);
	const before = all.filter(
		({ entry }) => entry.timestamp <= anchor && (!args.beforeDate || entry.timestamp >= isoTime(args.beforeDate)),
	);
	const after = all.filter(
		({ entry }) => entry.timestamp > anchor && (!args.afterDate || entry.timestamp <= isoTime(args.afterDate)),
	);
	const newest = before.slice(-lines(args.beforeLimit) || Number.MAX_SAFE_INTEGER);
	return [...newest, ...after.slice(0, lines(args.afterLimit))].map(logNode);
}

interface Tagged {
	readonly entry: LogEntry;
	readonly row: DeploymentRow;
	readonly tags: Readonly<Record<string, string | null>>;
}

async function entriesOf(row: DeploymentRow, kind: LogKind, { logs }: ApiContext): Promise<Tagged[]> {
	const entries = await logs.read(row.id, kind);
	return entries.map((entry) => ({
		entry,
		row,
		tags: {
			deployment: row.id,
			service: row.serviceId,
			environment: row.environmentId,
			// A builder counts as the replica of its snapshot.
			snapshot: kind === 'build' ? row.snapshotId : null,
			replica: kind === 'build' ? row.snapshotId : (entry.instance ?? null),
		},
	}));
}

export type LogNode = ReturnType<typeof logNode>;

function logNode({ entry: { instance, ...entry }, row }: Tagged) {
	return {
		...entry,
		attributes: [],
		tags: {
			deploymentId: row.id,
			deploymentInstanceId: instance ?? null,
			environmentId: row.environmentId,
			projectId: row.projectId,
			serviceId: row.serviceId,
			snapshotId: row.snapshotId,
		},
	};
}

/** To compare with entries, whatever precision and zone a caller used. */
function isoTime(text: string): string {
	const at = new Date(text);
	return Number.isNaN(at.getTime()) ? text : nanoseconds(at.getTime(), 0);
}

function lines(limit: number | null | undefined): number {
	return Math.max(0, Math.min(limit ?? DEFAULT_LINES, MAX_LINES));
}
