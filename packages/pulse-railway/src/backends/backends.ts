import { setTimeout as delay } from 'node:timers/promises';
import type { Secret } from 'pulse-deploy-kit/secret';
import type { ServiceNetwork } from 'pulse-edge/upstream/network';
import { Agent, type Dispatcher, request } from 'undici';
import { z } from 'zod';
import type { DeploymentRecord } from '../deployments/record.ts';
import { INTERNAL_TOKEN_HEADER, RELOAD_PATH, SESSIONS_PATH } from '../protocol.ts';
import type { RenderSessions } from './render-sessions.ts';

const CONNECT_MS = 5_000;
const TOTAL_MS = 10_000;
const RETRY_MS = 1_000;
const ANSWER_LIMIT = 64 * 1024;

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
	/** Whatever goes wrong is an answer: `reachable: false`. */
	sessions(record: DeploymentRecord, signal?: AbortSignal): Promise<RenderSessions>;
	/** Has its browsers load anew. Rejects when it cannot be asked, as a container app. */
	reload(record: DeploymentRecord, options?: ReloadOptions): Promise<ReloadTold>;
	close(): Promise<void>;
}

export interface ReloadOptions {
	/** Seconds that pages with unsaved work may wait. Default: the app tells all within a second, as to callers of before. */
	readonly within?: number;
	readonly signal?: AbortSignal;
}

/** What a deployment said about telling its browsers to load anew. */
export interface ReloadTold {
	/** Sockets that it tells. */
	readonly told: number;
	/** Milliseconds until the last one was told and its time is over. 0 from apps that tell all at once. */
	readonly overInMs: number;
}

/** Either revision of the answer (decision 8). */
const sessionsAnswer = z.object({
	deployment_id: z.string(),
	render_session_count: z.int().nonnegative().optional(),
	connected_render_count: z.int().nonnegative().optional(),
	resumable_render_count: z.int().nonnegative().optional(),
	drainable: z.boolean(),
	busy_render_count: z.int().nonnegative().optional(),
	idle_render_count: z.int().nonnegative().optional(),
	hidden_render_count: z.int().nonnegative().optional(),
	held_render_count: z.int().nonnegative().optional(),
});
const reloadAnswer = z.object({ reloaded_socket_count: z.int().nonnegative() });

export function openBackends({ network, port, token, totalMs = TOTAL_MS }: BackendOptions): Backends {
	const agent = new Agent({
		connect: { timeout: CONNECT_MS, ...(network.lookup === undefined ? {} : { lookup: network.lookup }) },
		maxResponseSize: ANSWER_LIMIT,
		// Addresses change at each deploy.
		pipelining: 0,
	});

	async function ask(
		record: DeploymentRecord,
		method: 'GET' | 'POST',
		path: string,
		{ signal, body: said }: { readonly signal?: AbortSignal | undefined; readonly body?: object } = {},
	): Promise<unknown> {
		if (record.container !== undefined) throw new Error('a container app has no such endpoint');
		if (record.serviceName === null) throw new Error('its service is not known');
		const { host, port: actual } = network.address(record.serviceName, port);
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
				return readSessions(record.id, await ask(record, 'GET', SESSIONS_PATH, { signal }));
			} catch (error) {
				signal?.throwIfAborted();
				return { reachable: false, detail: whatFailed(error) };
			}
		},
		reload: async (record, { within, signal } = {}) => {
			const body = within === undefined ? {} : { body: { within } };
			const answer = reloadAnswer.parse(await ask(record, 'POST', RELOAD_PATH, { signal, ...body }));
			return { told: answer.reloaded_socket_count, overInMs: 0 };
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
	const { busy_render_count: busy, idle_render_count: idle } = answer;
	const { hidden_render_count: hidden, held_render_count: held } = answer;
	const tells = busy !== undefined && idle !== undefined && hidden !== undefined && held !== undefined;
	const tabs = tells ? { tabs: { busy, idle, hidden, held } } : {};
	return { reachable: true, total, connected, drainable: answer.drainable, ...tabs };
}

function whatFailed(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'no answer in time';
	return error.message || String((error as { code?: unknown }).code);
}
