import { pinned } from 'pulse-deploy-kit/check-page';
import { AFFINITY_QUERY, SELECTED_DEPLOYMENT_HEADER } from 'pulse-edge/protocol';
import { callControl } from '../control/client.ts';
import { META_PATH, ROUTER_HEALTH_PATH } from '../protocol.ts';
import type { MetaAnswer, RouterAddress, RouterPort } from './ports.ts';

const TRY_MS = 10_000;

/** The router over the network, as visitors reach it. */
/** @param ask default: the system's, without a proxy */
export function openRouterPort(
	{ origin, controlToken, budgetMs }: RouterAddress,
	ask: typeof fetch = fetch,
): RouterPort {
	const target = { origin, token: controlToken, fetch: ask, ...(budgetMs === undefined ? {} : { budgetMs }) };
	return {
		origin,
		async meta(deployment, signal) {
			const url = new URL(META_PATH, origin);
			if (deployment !== null) url.searchParams.set(AFFINITY_QUERY, deployment);
			return metaAnswer(await get(url, signal, ask));
		},
		async page(path, deployment, signal) {
			const response = await ask(
				new URL(deployment === null ? path : pinned(path, AFFINITY_QUERY, deployment), origin),
				{
					redirect: 'manual',
					headers: { accept: 'text/html,*/*;q=0.8', 'cache-control': 'no-cache' },
					signal,
				},
			);
			// The head is enough: a page may stream for ever.
			await response.body?.cancel();
			if (deployment === null && response.headers.get(SELECTED_DEPLOYMENT_HEADER) === null) return null;
			return response.status;
		},
		async healthy(signal) {
			const answer = await get(new URL(ROUTER_HEALTH_PATH, origin), signal, ask);
			// Railway's edge has pages of its own while nothing is behind a domain.
			return answer.status === 200 && (answer.json as { ok?: unknown } | null)?.ok === true;
		},
		control: (method, params, signal) => callControl(target, method, params, signal),
	};
}

interface Answer {
	/** 0 = no answer. */
	readonly status: number;
	readonly json: unknown;
	readonly failure?: string;
}

async function get(url: URL, signal: AbortSignal, ask: typeof fetch): Promise<Answer> {
	try {
		const response = await ask(url, {
			redirect: 'manual',
			headers: { 'cache-control': 'no-cache' },
			signal: AbortSignal.any([signal, AbortSignal.timeout(TRY_MS)]),
		});
		return { status: response.status, json: await response.json().catch(() => null) };
	} catch (error) {
		signal.throwIfAborted();
		return { status: 0, json: null, failure: reason(error) };
	}
}

function metaAnswer({ status, json, failure }: Answer): MetaAnswer {
	if (failure !== undefined) return { deploymentId: null, seen: failure };
	const id = (json as { deployment_id?: unknown } | null)?.deployment_id;
	if (status !== 200 || typeof id !== 'string') return { deploymentId: null, seen: `status ${status}` };
	return { deploymentId: id, seen: `deployment ${id}` };
}

function reason(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	if (error.name === 'TimeoutError') return `no answer within ${TRY_MS / 1000} s`;
	return error.cause instanceof Error ? error.cause.message : error.message;
}
