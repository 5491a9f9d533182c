import { setTimeout as delay } from 'node:timers/promises';
import { printable } from 'pulse-deploy-kit/printable';
import type { Secret } from 'pulse-deploy-kit/secret';
import type { Address, ServiceNetwork } from 'pulse-edge/upstream/network';
import { Agent, type Dispatcher, request } from 'undici';
import { z } from 'zod';
import type { DeploymentRecord } from '../deployments/record.ts';
import { INTERNAL_TOKEN_HEADER, RELOAD_PATH, SESSIONS_PATH } from '../protocol.ts';
import { addressesOf } from './addresses.ts';
import { MAX_REASONS, type RenderSessions, type TabStates } from './render-sessions.ts';
import { sumSessions, sumTold } from './sum.ts';

const CONNECT_MS = 5_000;
const TOTAL_MS = 10_000;
const RETRY_MS = 1_000;
const ANSWER_LIMIT = 64 * 1024;
/** All are told within a dozen seconds. */
const LONGEST_ROUND_SECONDS = 30;
const MAX_REASON_CHARACTERS = 100;

export interface BackendOptions {
	readonly network: ServiceNetwork;
	/** Where backends listen, unless the network says otherwise. */
	readonly port: number;
	/** `PULSE_RAILWAY_INTERNAL_TOKEN`. */
	readonly token: Secret;
	/** For one question in all, milliseconds. Default 10,000. */
	readonly totalMs?: number;
}

/** The internal endpoints of deployments, over the private network. */
export interface Backends {
	/** Of all replicas together. Whatever goes wrong is an answer: `reachable: false`. */
	sessions(record: DeploymentRecord, signal?: AbortSignal): Promise<RenderSessions>;
	/** Has its browsers load anew, on all replicas that can be asked. Rejects when none can, as a container app. */
	reload(record: DeploymentRecord, options?: ReloadOptions): Promise<ReloadTold>;
	close(): Promise<void>;
}

export interface ReloadOptions {
	/**
	 * Seconds that pages with unsaved work may wait; `null`: what they were told is taken back. Default: the app tells all within
	 * a second, as to callers of before.
	 */
	readonly within?: number | null;
	readonly signal?: AbortSignal;
}

/** What a deployment said about telling its browsers to load anew. */
export interface ReloadTold {
	/** Sockets that it tells. */
	readonly told: number;
	/** Milliseconds until the last one was told and its time is over. 0 from apps that tell all at once. */
	readonly overInMs: number;
}

const count = z.int().nonnegative();
/** What came later; that it makes no sense does not spoil the rest. */
const later = <Value extends z.ZodType>(value: Value) => value.optional().catch(undefined);

/** Either revision of the answer (decision 8). */
const sessionsAnswer = z.object({
	deployment_id: z.string(),
	render_session_count: count.optional(),
	connected_render_count: count.optional(),
	resumable_render_count: count.optional(),
	drainable: z.boolean(),
	busy_render_count: later(count),
	idle_render_count: later(count),
	hidden_render_count: later(count),
	held_render_count: later(count),
	held_reasons: later(z.array(z.string())),
	in_use: later(z.object({ requests: count, streams: count, websockets: count, jobs: count })),
	tells_page_errors: later(z.boolean()),
});
const reloadAnswer = z.object({
	reloaded_socket_count: count,
	reload_over_in_seconds: later(z.number().nonnegative()),
});

export function openBackends({ network, port, token, totalMs = TOTAL_MS }: BackendOptions): Backends {
	const agent = new Agent({
		connect: { timeout: CONNECT_MS, ...(network.lookup === undefined ? {} : { lookup: network.lookup }) },
		maxResponseSize: ANSWER_LIMIT,
		// Addresses change at each deploy.
		pipelining: 0,
	});

	async function askEach<Answer>(
		{ container, serviceName }: DeploymentRecord,
		one: (at: Address) => Promise<Answer>,
	): Promise<PromiseSettledResult<Answer>[]> {
		if (container !== undefined) throw new Error('a container app has no such endpoint');
		if (serviceName === null) throw new Error('its service is not known');
		return Promise.allSettled((await addressesOf(network, serviceName, port)).map(one));
	}

	async function ask(
		{ host, port: actual }: Address,
		method: 'GET' | 'POST',
		path: string,
		{ signal, body: said }: { readonly signal?: AbortSignal | undefined; readonly body?: object } = {},
	): Promise<unknown> {
		const url = `http://${host.includes(':') ? `[${host}]` : host}:${actual}${path}`;
		const options = {
			method,
			headers: {
				[INTERNAL_TOKEN_HEADER]: token.reveal(),
				...(said === undefined ? {} : { 'content-type': 'application/json' }),
			},
			...(said === undefined ? {} : { body: JSON.stringify(said) }),
			dispatcher: agent,
			signal: AbortSignal.any([AbortSignal.timeout(totalMs), ...(signal ? [signal] : [])]),
		};
		const { statusCode, body } = await connectTwice(() => request(url, options), options.signal);
		const text = await body.text();
		if (statusCode !== 200) throw new Error(`it answered ${statusCode}`);
		return JSON.parse(text);
	}

	return {
		async sessions(record, signal) {
			try {
				const answers = await askEach(record, (at) => ask(at, 'GET', SESSIONS_PATH, { signal }));
				signal?.throwIfAborted();
				return sumSessions(
					answers.map((answer) =>
						answer.status === 'fulfilled'
							? readSessions(record.id, answer.value)
							: { reachable: false, detail: whatFailed(answer.reason) },
					),
				);
			} catch (error) {
				signal?.throwIfAborted();
				return { reachable: false, detail: whatFailed(error) };
			}
		},
		reload: async (record, { within, signal } = {}) => {
			const body = within === undefined ? {} : { body: { within } };
			const answers = await askEach(record, async (at): Promise<ReloadTold> => {
				const answer = reloadAnswer.parse(await ask(at, 'POST', RELOAD_PATH, { signal, ...body }));
				// An app that claims to need longer does not hold up those after it.
				const seconds = Math.min(answer.reload_over_in_seconds ?? 0, (within ?? 0) + LONGEST_ROUND_SECONDS);
				return { told: answer.reloaded_socket_count, overInMs: seconds * 1000 };
			});
			return sumTold(answers);
		},
		close: () => agent.close(),
	};
}

/** Names may not resolve in the first seconds of a container, and a janitor's whole life is seconds (docs/platform-facts/railway.md §5). */
async function connectTwice(
	send: () => Promise<Dispatcher.ResponseData>,
	signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
	try {
		return await send();
	} catch (error) {
		if (signal.aborted) throw error;
		await delay(RETRY_MS, null, { signal }).catch(() => Promise.reject(error));
		return send();
	}
}

function readSessions(id: string, json: unknown): RenderSessions {
	const answer = sessionsAnswer.safeParse(json).data;
	const connected = answer?.connected_render_count ?? null;
	const resumable = answer?.resumable_render_count ?? null;
	const total =
		answer?.render_session_count ?? (connected !== null && resumable !== null ? connected + resumable : null);
	if (!answer || total === null) return { reachable: false, detail: 'its answer makes no sense' };
	// An address that was given to another service.
	if (answer.deployment_id !== id)
		return { reachable: false, detail: `'${answer.deployment_id}' answered in its place` };
	const tabs = tabStates(answer);
	return {
		reachable: true,
		total,
		connected,
		drainable: answer.drainable,
		...(tabs === undefined ? {} : { tabs, heldReasons: reasons(answer.held_reasons) }),
		...(answer.in_use === undefined ? {} : { inUse: answer.in_use }),
		...(answer.tells_page_errors === true ? { tellsPageErrors: true } : {}),
	};
}

function tabStates(answer: z.infer<typeof sessionsAnswer>): TabStates | undefined {
	const { busy_render_count: busy, idle_render_count: idle } = answer;
	const { hidden_render_count: hidden, held_render_count: held } = answer;
	if (busy === undefined || idle === undefined || hidden === undefined || held === undefined) return undefined;
	return { busy, idle, hidden, held };
}

/** Anybody who opens a page of the app can write them. */
function reasons(said: readonly string[] = []): readonly string[] {
	return said
		.slice(0, MAX_REASONS)
		.map((reason) => printable(reason).replaceAll(/\s+/g, ' ').slice(0, MAX_REASON_CHARACTERS));
}

function whatFailed(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'no answer in time';
	return error.message || String((error as { code?: unknown }).code);
}
