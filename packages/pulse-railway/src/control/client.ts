import { randomBytes } from 'node:crypto';
import { type Clock, systemClock } from 'pulse-deploy-kit/clock';
import { DeployToolError } from 'pulse-deploy-kit/errors';
import type { Secret } from 'pulse-deploy-kit/secret';
import { z } from 'zod';
import { parseOrigin } from '../address.ts';
import { CONTROL_PATH } from '../protocol.ts';
import { CONTROL_NOT_FOUND } from './handle.ts';
import type { ControlMethod, ControlParams, ControlResult } from './methods.ts';
import { signControl } from './sign.ts';

const TRY_MS = 15_000;
const BUDGET_MS = 45_000;
const PAUSES_MS = [250, 500, 1_000, 2_000];
/** Answers of the edge or of a router that is starting or has lost its store. */
const PASSING = new Set([408, 425, 429, 502, 503, 504]);

export interface ControlTarget {
	/** Origin of the router, e.g. `https://app.example.com`; plain http for loopback alone. */
	readonly origin: string;
	/** The router's `PULSE_RAILWAY_CONTROL_TOKEN`. */
	readonly token: Secret;
	readonly fetch?: typeof fetch;
	readonly clock?: Clock;
	/** For all tries together, milliseconds. Default 45,000. */
	readonly budgetMs?: number;
}

/**
 * Asks the router to change or tell its live state. Tries again while the router is unreachable, with a new nonce each
 * time. Rejects with the router's own error (`active-deployment`, `lock-lost`, …), or with `control-refused`,
 * `control-unreachable` or `control-answer`.
 */
export async function callControl<Method extends ControlMethod>(
	target: ControlTarget,
	method: Method,
	params: ControlParams<Method>,
	signal: AbortSignal,
): Promise<ControlResult<Method>> {
	const clock = target.clock ?? systemClock;
	const body = JSON.stringify({ method, params });
	const deadline = clock.now() + (target.budgetMs ?? BUDGET_MS);
	for (let attempt = 0; ; attempt++) {
		const pause = PAUSES_MS[Math.min(attempt, PAUSES_MS.length - 1)] ?? 0;
		try {
			return (await callOnce(target, clock, body, signal)) as ControlResult<Method>;
		} catch (error) {
			signal.throwIfAborted();
			if (!(error instanceof Unreachable)) throw error;
			if (clock.now() + pause > deadline) throw error.told(target.origin);
		}
		await clock.sleep(pause, signal);
	}
}

async function callOnce(target: ControlTarget, clock: Clock, body: string, signal: AbortSignal): Promise<unknown> {
	const stamp = { timestamp: String(Math.floor(clock.now() / 1000)), nonce: randomBytes(16).toString('hex') };
	const headers = {
		'content-type': 'application/json',
		...signControl(target.token.reveal(), stamp, Buffer.from(body)),
	};
	// Anything on the way could give an http answer, so the origin is checked here too, for every caller.
	const url = new URL(CONTROL_PATH, parseOrigin(target.origin));
	const answer = await post(target.fetch ?? fetch, url, {
		method: 'POST',
		headers,
		body,
		redirect: 'error',
		signal: AbortSignal.any([signal, AbortSignal.timeout(TRY_MS)]),
	});
	return resultOf(answer);
}

interface Answer {
	readonly status: number;
	readonly text: string;
}

async function post(fetcher: typeof fetch, url: URL, init: RequestInit): Promise<Answer> {
	try {
		const response = await fetcher(url, init);
		return { status: response.status, text: await response.text() };
	} catch (cause) {
		throw new Unreachable(whatFailed(cause), { cause });
	}
}

const answered = z.discriminatedUnion('ok', [
	z.object({ ok: z.literal(true), result: z.unknown().optional() }),
	z.object({
		ok: z.literal(false),
		error: z.object({
			code: z.string(),
			message: z.string(),
			fault: z.enum(['user', 'platform', 'app', 'internal']),
			detail: z.string().optional(),
			next: z.string().optional(),
		}),
	}),
]);

function resultOf({ status, text }: Answer): unknown {
	const parsed = answered.safeParse(parseJson(text));
	if (parsed.data?.ok === true && status === 200) return parsed.data.result;
	// A passing status with our own error inside is tried again too: the store may come back within the budget.
	if (PASSING.has(status)) {
		if (parsed.data?.ok === false) throw new Unreachable(parsed.data.error.message, { itself: true });
		throw new Unreachable(`it answered ${status}`);
	}
	if (parsed.data?.ok === false) {
		const { code, message, fault, detail, next } = parsed.data.error;
		throw new DeployToolError(code, message, {
			fault,
			...(detail === undefined ? {} : { detail }),
			...(next === undefined ? {} : { next }),
		});
	}
	// Railway's edge answers 404 as well, while a domain has no service behind it.
	if (status === 404 && text !== JSON.stringify(CONTROL_NOT_FOUND.body)) throw new Unreachable('it answered 404');
	if (status === 404) throw refused();
	throw new DeployToolError('control-answer', `the router's answer makes no sense (${status})`, {
		fault: 'platform',
		next: 'Check that the address belongs to the router: pulse-railway status',
	});
}

function refused(): DeployToolError {
	return new DeployToolError('control-refused', 'the router refused the control request', {
		fault: 'user',
		detail:
			'it does not know this control token, or the clocks of this machine and the router differ by more than 60 s',
		next: 'Compare PULSE_RAILWAY_CONTROL_TOKEN of the router service, or run: pulse-railway upgrade',
	});
}

class Unreachable extends Error {
	/** The router itself answered, so it is something behind it that is away. */
	readonly #itself: boolean;

	constructor(message: string, { itself = false, cause }: { itself?: boolean; cause?: unknown } = {}) {
		super(message, { cause });
		this.#itself = itself;
	}

	told(origin: string): DeployToolError {
		const what = this.#itself ? 'cannot do it' : 'cannot be reached';
		return new DeployToolError('control-unreachable', `the router at ${origin} ${what}: ${this.message}`, {
			fault: 'platform',
			next: `Check the ${this.#itself ? 'Redis service and the logs of the router' : 'router service and its logs'}, then run the command again.`,
			cause: this.cause,
		});
	}
}

function whatFailed(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	if (error.name === 'TimeoutError') return `no answer within ${TRY_MS / 1000} s`;
	return error.cause instanceof Error
		? error.cause.message || String((error.cause as { code?: unknown }).code)
		: error.message;
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
