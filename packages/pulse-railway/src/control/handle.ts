import { type DeployToolError, isDeployToolError, usageError } from 'pulse-deploy-kit/errors';
import { z } from 'zod';
import { type ControlContext, type ControlMethod, methods } from './methods.ts';
import { CONTROL_WINDOW_SECONDS, type ControlHeaders, verifyControl } from './sign.ts';

/** Bytes. A transport may stop reading beyond it and answer {@link CONTROL_NOT_FOUND} itself. */
export const CONTROL_BODY_LIMIT = 64 * 1024;
/** A signature is good for the window on either side of its timestamp; its nonce outlives it also where the clocks of replicas differ. */
const NONCE_TTL_MS = 10 * CONTROL_WINDOW_SECONDS * 1000;

export interface ControlAnswer {
	readonly status: number;
	readonly body: Readonly<Record<string, unknown>>;
	/** For the log: a failure that the answer does not tell. */
	readonly cause?: unknown;
}

/** The very answer of every internal path, so that a client does not learn that this one exists. */
export const CONTROL_NOT_FOUND: ControlAnswer = { status: 404, body: { detail: 'not found' } };

export interface ControlRequest {
	/** HTTP method. */
	readonly method: string;
	/** Lowercase names. */
	readonly headers: ControlHeaders;
	readonly body: Buffer;
}

export interface ControlOptions extends ControlContext {
	/** `PULSE_RAILWAY_CONTROL_TOKEN`. Empty: nothing is ever accepted. */
	readonly secret: string;
}

/** Answers one request; never rejects. What is not signed, in time, of legal size and new learns nothing. */
export async function handleControl(request: ControlRequest, options: ControlOptions): Promise<ControlAnswer> {
	if (request.method !== 'POST' || request.body.length > CONTROL_BODY_LIMIT) return CONTROL_NOT_FOUND;
	const nonce = verifyControl(options.secret, request.headers, request.body, options.now());
	if (nonce === null) return CONTROL_NOT_FOUND;
	try {
		// Only now, so that no client without the secret can write to the store.
		if (!(await options.store.claimOnce(nonce, NONCE_TTL_MS))) return CONTROL_NOT_FOUND;
		return {
			status: 200,
			body: { ok: true, result: await run(request.body, { ...options, headers: request.headers }) },
		};
	} catch (error) {
		return isDeployToolError(error) ? failure(statusOf(error), error) : unexpected(error);
	}
}

const envelope = z.object({
	method: z.enum(Object.keys(methods) as ControlMethod[]),
	params: z.unknown().optional(),
});

async function run(body: Buffer, context: ControlContext): Promise<unknown> {
	const { method, params } = parse(envelope, json(body));
	const { params: schema, run } = methods[method];
	return (run as (params: unknown, context: ControlContext) => Promise<unknown>)(parse(schema, params ?? {}), context);
}

function json(body: Buffer): unknown {
	try {
		return JSON.parse(body.toString('utf8'));
	} catch {
		throw usageError('the control request is not JSON');
	}
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
	const parsed = schema.safeParse(value);
	if (parsed.success) return parsed.data;
	throw usageError(
		`the router does not understand this control request: ${z.prettifyError(parsed.error)}`,
		'If the router is older than this command: pulse-railway upgrade',
	);
}

function statusOf(error: DeployToolError): number {
	if (error.code === 'store-unavailable') return 503;
	return error.code === 'usage' ? 400 : 409;
}

function failure(status: number, { code, message, fault, detail, next }: DeployToolError): ControlAnswer {
	return { status, body: { ok: false, error: { code, message, fault, detail, next } } };
}

function unexpected(cause: unknown): ControlAnswer {
	const error = { code: 'internal', message: 'the router failed; its log says why', fault: 'internal' };
	return { status: 500, body: { ok: false, error }, cause };
}
