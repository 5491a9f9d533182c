import { CancelledError, DeployToolError, isDeployToolError } from './errors.ts';
import { printable } from './printable.ts';
import { SUPERSEDED } from './supersede/error.ts';

/** The error as a person reads it: what happened, where, what to run next. `mark` begins the first line. */
export function errorText(error: unknown, verbose = false, mark = 'Error:'): string {
	const known = asDeployToolError(error);
	const lines = [`${mark} ${known.message}`];
	if (known.detail !== undefined && known.detail !== '') lines.push(indent(known.detail));
	if (known.next !== undefined) lines.push(`Next: ${known.next}`);
	if (verbose && error instanceof Error && error.stack !== undefined) lines.push(indent(error.stack));
	return printable(lines.join('\n'));
}

/** The error as a script reads it with `--json`. */
export function errorJson(error: unknown): {
	error: { code: string; message: string; fault: string; detail: string | null; next: string | null };
} {
	const { code, message, fault, detail, next } = asDeployToolError(error);
	return { error: { code, message, fault, detail: detail ?? null, next: next ?? null } };
}

/** As `EX_TEMPFAIL` of sysexits: nothing is wrong with what was deployed, and CI may take it for neither failed nor done. */
const SUPERSEDED_EXIT_CODE = 75;

/** 2 for bad input unless told otherwise, 75 where a later deploy takes the place of this one, 1 for every other failure. */
export function exitCodeOf(error: unknown, usageExitCode = 2): number {
	const { code } = asDeployToolError(error);
	if (code === SUPERSEDED) return SUPERSEDED_EXIT_CODE;
	return code === 'usage' ? usageExitCode : 1;
}

/** Whatever an abort made fail, it is the abort that the user knows of: their own, or a defect's. */
export function failureOf(error: unknown, { aborted, reason }: AbortSignal): unknown {
	if (!aborted || (isDeployToolError(error) && error.code !== 'cancelled')) return error;
	if (isDeployToolError(reason)) return reason;
	return isDeployToolError(error) ? error : new CancelledError();
}

function asDeployToolError(error: unknown): DeployToolError {
	if (isDeployToolError(error)) return error;
	const message = error instanceof Error ? error.message : String(error);
	const path = refusedPath(error);
	if (path !== undefined) {
		const next = `Check that ${path} can be read and written, and that the disk is not full.`;
		return new DeployToolError('file-system', message, { fault: 'user', cause: error, next });
	}
	const network = networkCode(error);
	if (network !== undefined) {
		const next = 'Check the network, proxies and the address (is a local platform up?), then run the command again.';
		const text = message.includes(network) ? message : `${message} (${network})`;
		return new DeployToolError('network', text, { fault: 'platform', cause: error, next });
	}
	if (error instanceof DOMException && error.name === 'TimeoutError') {
		const next = 'Check the network, or run the command again when the other side is less busy.';
		return new DeployToolError('timeout', `No answer in time: ${message}`, { fault: 'platform', cause: error, next });
	}
	return new DeployToolError('internal', message, {
		fault: 'internal',
		cause: error,
		next: 'This is a defect of the tool. Run it again with --verbose and report what it prints.',
	});
}

/** The path that the machine keeps from us: not ours to mend. */
function refusedPath(error: unknown): string | undefined {
	const { code = '', path } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
	return ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EEXIST', 'EISDIR'].includes(code)
		? path
		: undefined;
}

/** A connection that failed is no defect of ours, wherever it was not foreseen. */
function networkCode(error: unknown): string | undefined {
	for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
		const code = (at as NodeJS.ErrnoException).code ?? (at instanceof AggregateError ? at.errors[0]?.code : undefined);
		if (typeof code === 'string' && NETWORK.test(code)) return code;
	}
	return undefined;
}

const NETWORK =
	/^(ECONN(REFUSED|RESET|ABORTED)|ENOTFOUND|EAI_AGAIN|E(HOST|NET)UNREACH|ETIMEDOUT|EPIPE|UND_ERR_(CONNECT_TIMEOUT|SOCKET|HEADERS_TIMEOUT|BODY_TIMEOUT))$/;

function indent(text: string): string {
	return text
		.split('\n')
		.map((line) => `  ${line}`)
		.join('\n');
}
