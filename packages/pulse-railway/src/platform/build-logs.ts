import type { Connection } from './connection.ts';
import { isPlatformError } from './error.ts';
import {
	type LogWindow,
	readBuild,
	readBuildLogs,
	readDeploymentEvents,
	readEnvironmentLogs,
} from './operations/deployments.ts';
import type { LogLine } from './port.ts';

/** What a build says may be dated just before its deployment. */
const EARLY_MS = 300_000;

/** A failed step may have been tried several times. */
const EVENTS = 50;

export type ReadBuildLogs = (deploymentId: string, limit: number, signal: AbortSignal) => Promise<readonly LogLine[]>;

/** `buildLogs` is on its way out: where it has nothing, the logs of the environment may (docs/platform-facts/railway.md §12). */
export function openBuildLogs(connection: Connection): ReadBuildLogs {
	/** Where a deployment's build is found in the environment's logs. */
	const windows = new Map<string, Omit<LogWindow, 'limit' | 'anchorDate'>>();
	let retired = false;

	async function ofEnvironment(deploymentId: string, limit: number, signal: AbortSignal) {
		let window = windows.get(deploymentId);
		if (window === undefined) {
			const { deployment } = await connection.run(readBuild, { id: deploymentId }, signal);
			const { snapshotId, environmentId, createdAt } = deployment;
			// An image has none, and an upload gets its own only after a moment.
			if (!snapshotId) return [];
			const beforeDate = new Date(Date.parse(createdAt) - EARLY_MS).toISOString();
			window = { environmentId, beforeDate, filter: `(@snapshot:${snapshotId} OR @replica:${snapshotId})` };
			windows.set(deploymentId, window);
		}
		const anchorDate = new Date(connection.clock.now()).toISOString();
		const { logs } = await connection.run(readEnvironmentLogs, { ...window, anchorDate, limit }, signal);
		return lastLines(logs, limit);
	}

	return async (deploymentId, limit, signal) => {
		if (!retired) {
			const found = await connection.run(readBuildLogs, { deploymentId, limit }, signal).catch((error) => {
				if (isPlatformError(error, 'rejected')) return { logs: [] };
				throw error;
			});
			if (found.logs.length > 0) return lastLines(found.logs, limit);
		}
		const lines = await ofEnvironment(deploymentId, limit, signal);
		retired ||= lines.length > 0;
		return lines;
	};
}

/** What the platform says of a failure; `null` when it says nothing. */
export async function failureReason(
	connection: Connection,
	deploymentId: string,
	signal: AbortSignal,
): Promise<string | null> {
	const variables = { id: deploymentId, last: EVENTS };
	const { deploymentEvents } = await connection.run(readDeploymentEvents, variables, signal);
	const reasons = deploymentEvents.edges.flatMap(({ node: { payload } }) => {
		const error = payload?.skipped === true ? '' : payload?.error?.trim();
		return error ? [error] : [];
	});
	return reasons.at(-1) ?? null;
}

/** Railway may give one line more than asked for. */
export function lastLines(
	logs: readonly { timestamp: string; message: string; severity?: string | null | undefined }[],
	limit: number,
): readonly LogLine[] {
	return logs.slice(-limit).map((line) => ({ ...line, severity: line.severity ?? null }));
}
