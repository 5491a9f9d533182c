import type { Logger } from 'pino';
import { type FailureCause, failureOf } from './failures.ts';
import type { SnapshotSource } from './snapshot.ts';

/** Which requests get a line: every one, those that the router failed, or none. */
export type AccessLog = 'all' | 'failures' | 'off';

export interface RequestFields {
	readonly request: string;
	readonly method: string;
	/** Without the query, which may hold secrets. */
	readonly path: string;
	readonly deployment: string | null;
}

/** Every line that the router logs, in one place, so that operators can search for `event`. */
export interface Log {
	readonly access: AccessLog;
	served(fields: RequestFields & { status: number; bytes: number; ms: number }): void;
	failed(cause: FailureCause, fields: RequestFields, error: unknown): void;
	storeLost(cause: unknown, status: { source: SnapshotSource; revision: number }): void;
	storeBack(revision: number): void;
	storeFellBack(from: number, to: number): void;
	snapshotNotSaved(error: unknown): void;
	activityNotReported(error: unknown): void;
	controlFailed(cause: unknown): void;
	/** A request that is not HTTP, or means two things at once. */
	refusedInput(code: string, peer: string): void;
	notAccepted(error: unknown): void;
	/** A backend answered what it was not asked, which may reach another user. */
	outOfTurn(service: string): void;
	note(event: string, fields: object, message: string): void;
}

export function createLog(pino: Logger, access: AccessLog): Log {
	return {
		access,
		served: (fields) => pino.info({ event: 'request', ...bounded(fields) }, 'request served'),
		failed: (cause, fields, error) => {
			if (access === 'off') return;
			const { level, detail } = failureOf(cause);
			pino[level]({ event: 'failure', cause, ...bounded(fields), ...reason(error) }, detail);
		},
		storeLost: (cause, status) =>
			pino.error(
				{ event: 'store-lost', ...status, ...reason(cause) },
				'store unreachable: routing on the last snapshot',
			),
		storeBack: (revision) => pino.info({ event: 'store-back', revision }, 'store reachable again'),
		storeFellBack: (from, to) =>
			pino.error({ event: 'store-fell-back', from, to }, 'store lost its records: keeping the deployments it forgot'),
		snapshotNotSaved: (error) =>
			pino.warn({ event: 'snapshot-not-saved', ...reason(error) }, 'last snapshot not written to disk'),
		activityNotReported: (error) =>
			pino.warn({ event: 'activity-not-reported', ...reason(error) }, 'activity not reported to the store'),
		controlFailed: (cause) => pino.error({ event: 'control-failed', ...reason(cause) }, 'control request failed'),
		refusedInput: (code, peer) => pino.info({ event: 'refused-input', code, peer }, 'request refused: not valid HTTP'),
		notAccepted: (error) => pino.error({ event: 'not-accepted', ...reason(error) }, 'connection not accepted'),
		outOfTurn: (service) =>
			pino.warn(
				{ event: 'out-of-turn', service },
				'service answers what it was not asked: its connections are not kept',
			),
		note: (event, fields, message) => pino.info({ event, ...fields }, message),
	};
}

/** What a client wrote, cut: a line of 64 KB for every request would cost more than the request. */
function bounded<Fields extends RequestFields>(fields: Fields): Fields {
	return { ...fields, request: fields.request.slice(0, 200), path: withoutSecrets(fields.path) };
}

/** A refused target may still have its query, and its userinfo; any may have a fragment. */
function withoutSecrets(target: string): string {
	const path = target.split(/[?#]/, 1)[0]!.slice(0, 1_000);
	return path.startsWith('/') ? path : path.replace(/^([a-z]+:\/\/)[^/]*@/i, '$1');
}

/** Code and message; stacks only help where the error is ours. */
function reason(error: unknown): object {
	if (error === null || error === undefined) return {};
	if (!(error instanceof Error)) return { error: String(error) };
	const code = 'code' in error ? { code: error.code } : {};
	const stack = error instanceof TypeError || error instanceof RangeError ? { stack: error.stack } : {};
	return { error: error.message, ...code, ...stack };
}
