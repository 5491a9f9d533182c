import { type FailureCause, failureOf } from './failures.ts';

/** Which requests get a line: every one, those that the edge failed, or none. */
export type AccessLog = 'all' | 'failures' | 'off';

export interface RequestFields {
	readonly request: string;
	readonly method: string;
	/** Without the query, which may hold secrets. */
	readonly path: string;
	readonly deployment: string | null;
}

/** Where lines go, e.g. a pino logger. */
export type Lines = Readonly<Record<'debug' | 'info' | 'warn' | 'error', (fields: object, message: string) => void>>;

/** Every line about a request or a connection, in one place, so that operators can search for `event`. */
export interface EdgeLog {
	readonly access: AccessLog;
	served(fields: RequestFields & { status: number; bytes: number; ms: number }): void;
	failed(cause: FailureCause, fields: RequestFields, error: unknown): void;
	/** A request that is not HTTP, or means two things at once. */
	refusedInput(code: string, peer: string): void;
	notAccepted(error: unknown): void;
	/** A backend answered what it was not asked, which may reach another user. */
	outOfTurn(service: string): void;
}

export function createEdgeLog(lines: Lines, access: AccessLog): EdgeLog {
	return {
		access,
		served: (fields) => lines.info({ event: 'request', ...bounded(fields) }, 'request served'),
		failed: (cause, fields, error) => {
			if (access === 'off') return;
			const { level, detail } = failureOf(cause);
			lines[level]({ event: 'failure', cause, ...bounded(fields), ...reasonOf(error) }, detail);
		},
		refusedInput: (code, peer) => lines.info({ event: 'refused-input', code, peer }, 'request refused: not valid HTTP'),
		notAccepted: (error) => lines.error({ event: 'not-accepted', ...reasonOf(error) }, 'connection not accepted'),
		outOfTurn: (service) =>
			lines.warn(
				{ event: 'out-of-turn', service },
				'service answers what it was not asked: its connections are not kept',
			),
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
export function reasonOf(error: unknown): object {
	if (error === null || error === undefined) return {};
	if (!(error instanceof Error)) return { error: String(error) };
	const code = 'code' in error ? { code: error.code } : {};
	const stack = error instanceof TypeError || error instanceof RangeError ? { stack: error.stack } : {};
	return { error: error.message, ...code, ...stack };
}
