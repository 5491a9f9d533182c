import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PluginContext } from 'pulse-app';
import { INTERNAL_TOKEN_HEADER, META_PATH, RELOAD_PATH, SESSIONS_PATH } from '../protocol.ts';

/** What the endpoints tell about (contract R10.4–6). */
export interface EndpointFacts {
	/** `null`: not running as a deployment. */
	readonly deploymentId: string | null;
	readonly internalToken: string | null;
	readonly app: Pick<PluginContext, 'renderSessions' | 'inUse' | 'reload' | 'sessionTimeoutSeconds'>;
}

export interface EndpointAnswer {
	readonly status: number;
	readonly body: object;
}

const METHODS: Readonly<Record<string, readonly string[]>> = {
	[META_PATH]: ['GET', 'HEAD'],
	[SESSIONS_PATH]: ['GET'],
	[RELOAD_PATH]: ['POST'],
};

/** `null` when the request is not for the plugin. The internal endpoints give nothing away without the token. */
export function answerEndpoint(facts: EndpointFacts, request: IncomingMessage): EndpointAnswer | null {
	const path = request.url?.split('?', 1)[0] ?? '';
	const methods = Object.hasOwn(METHODS, path) ? METHODS[path] : undefined;
	if (methods === undefined) return null;
	if (path !== META_PATH && !authorised(facts.internalToken, request)) return detail(403, 'forbidden');
	if (!methods.includes(request.method ?? '')) return detail(405, 'method not allowed');
	if (facts.deploymentId === null) return detail(503, 'Railway plugin is disabled');
	return { status: 200, body: bodyOf(path, facts, facts.deploymentId) };
}

export function send(response: ServerResponse, { status, body }: EndpointAnswer): void {
	response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
	response.end(JSON.stringify(body));
}

function bodyOf(path: string, { app }: EndpointFacts, id: string): object {
	if (path === META_PATH) return { status: 'ok', deployment_id: id, api_prefix: '/_pulse' };
	const { total, connected, resumable } = app.renderSessions();
	if (path === RELOAD_PATH) {
		return { deployment_id: id, connected_render_count: connected, reloaded_socket_count: app.reload() };
	}
	const { sockets, requests } = app.inUse();
	return {
		deployment_id: id,
		connected_render_count: connected,
		resumable_render_count: resumable,
		render_session_count: total,
		drainable: total + sockets + requests === 0,
		session_timeout_seconds: app.sessionTimeoutSeconds,
	};
}

/** Digests have one length, so that the comparison takes the same time whatever was sent. */
function authorised(token: string | null, request: IncomingMessage): boolean {
	const given = request.headers[INTERNAL_TOKEN_HEADER];
	if (token === null || typeof given !== 'string') return false;
	const digest = (text: string) => createHash('sha256').update(text).digest();
	return timingSafeEqual(digest(given), digest(token));
}

function detail(status: number, text: string): EndpointAnswer {
	return { status, body: { detail: text } };
}
