import type { Logger } from 'pino';
import { type AccessLog, createEdgeLog, type EdgeLog, reasonOf } from 'pulse-edge/report/log';
import type { SnapshotSource } from './snapshot.ts';

/** Every line that the router logs, in one place, so that operators can search for `event`. */
export interface Log extends EdgeLog {
	storeLost(cause: unknown, status: { source: SnapshotSource; revision: number }): void;
	storeBack(revision: number): void;
	storeFellBack(from: number, to: number): void;
	snapshotNotSaved(error: unknown): void;
	activityNotReported(error: unknown): void;
	controlFailed(cause: unknown): void;
	canaryTrouble(error: unknown): void;
	noticesTrouble(error: unknown): void;
	note(event: string, fields: object, message: string): void;
}

export function createLog(pino: Logger, access: AccessLog): Log {
	return {
		...createEdgeLog(pino, access),
		storeLost: (cause, status) =>
			pino.error(
				{ event: 'store-lost', ...status, ...reasonOf(cause) },
				'store unreachable: routing on the last snapshot',
			),
		storeBack: (revision) => pino.info({ event: 'store-back', revision }, 'store reachable again'),
		storeFellBack: (from, to) =>
			pino.error({ event: 'store-fell-back', from, to }, 'store lost its records: keeping the deployments it forgot'),
		snapshotNotSaved: (error) =>
			pino.warn({ event: 'snapshot-not-saved', ...reasonOf(error) }, 'last snapshot not written to disk'),
		activityNotReported: (error) =>
			pino.warn({ event: 'activity-not-reported', ...reasonOf(error) }, 'activity not reported to the store'),
		controlFailed: (cause) => pino.error({ event: 'control-failed', ...reasonOf(cause) }, 'control request failed'),
		canaryTrouble: (error) =>
			pino.warn({ event: 'canary-not-compared', ...reasonOf(error) }, 'canary not compared with the other routers'),
		noticesTrouble: (error) =>
			pino.warn({ event: 'notices-not-sent', ...reasonOf(error) }, 'operators not told: the janitor tries again'),
		note: (event, fields, message) => pino.info({ event, ...fields }, message),
	};
}
