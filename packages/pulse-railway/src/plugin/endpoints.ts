import type { IncomingMessage, ServerResponse } from 'node:http';
import type { InUse, PluginContext } from 'pulse-app';
import { INTERNAL_TOKEN_HEADER, META_PATH, RELOAD_PATH, SESSIONS_PATH } from '../protocol.ts';
import { sameSecret } from '../same-secret.ts';
import { type ReloadRequest, readReloadRequest } from './reload-request.ts';

/** What the endpoints tell about (contract R10.4–6). */
export interface EndpointFacts {
	/** `null`: not running as a deployment. */
	readonly deploymentId: string | null;
	readonly internalToken: string | null;
	readonly app: RunningPulseApp;
	/** The router hears of pages that fail. Looked at with each question for the sessions. */
	tellsPageErrors(): boolean;
}

/** The app may have an older pulse-app, which knows nothing of what is optional here. */
export type RunningPulseApp = Pick<PluginContext, 'renderSessions' | 'reload' | 'sessionTimeoutSeconds'> &
	Partial<Pick<PluginContext, 'pages' | 'reloadWithin' | 'takeBackReload'>> & {
		inUse(): Omit<InUse, Later> & Partial<Pick<InUse, Later>>;
	};
type Later = 'streams' | 'websockets' | 'jobs';

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
export function answerEndpoint(
	facts: EndpointFacts,
	request: IncomingMessage,
): EndpointAnswer | Promise<EndpointAnswer> | null {
	const path = request.url?.split('?', 1)[0] ?? '';
	const methods = Object.hasOwn(METHODS, path) ? METHODS[path] : undefined;
	if (methods === undefined) return null;
	if (path !== META_PATH && !sameSecret(request.headers[INTERNAL_TOKEN_HEADER], facts.internalToken))
		return detail(403, 'forbidden');
	if (!methods.includes(request.method ?? '')) return detail(405, 'method not allowed');
	if (facts.deploymentId === null) return detail(503, 'Railway plugin is disabled');
	const { app, deploymentId: id, tellsPageErrors } = facts;
	if (path === META_PATH) return { status: 200, body: { status: 'ok', deployment_id: id, api_prefix: '/_pulse' } };
	if (path === RELOAD_PATH) return reload(app, id, request);
	const tells = tellsPageErrors() ? { tells_page_errors: true } : {};
	return { status: 200, body: { ...sessions(app, id), ...tells } };
}

export function send(response: ServerResponse, { status, body }: EndpointAnswer): void {
	response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
	response.end(JSON.stringify(body));
}

/** A caller that names no time is one of before, which goes on after a second. */
async function reload(app: RunningPulseApp, id: string, request: IncomingMessage): Promise<EndpointAnswer> {
	const asked = await readReloadRequest(request);
	const knows = asked?.within !== 'never' || app.takeBackReload !== undefined;
	if (asked === null || !knows) return detail(400, 'the body must be {"within": seconds}, or none');
	const { connected } = app.renderSessions();
	const { pages, overInMs } = tell(app, asked);
	return {
		status: 200,
		body: {
			deployment_id: id,
			connected_render_count: connected,
			reloaded_socket_count: pages,
			...(overInMs === undefined ? {} : { reload_over_in_seconds: overInMs / 1000 }),
		},
	};
}

function tell(app: RunningPulseApp, { within }: ReloadRequest): { readonly pages: number; readonly overInMs?: number } {
	if (within === 'never') return { pages: app.takeBackReload?.() ?? 0 };
	return (within === null ? undefined : app.reloadWithin?.(within)) ?? { pages: app.reload() };
}

function sessions(app: RunningPulseApp, id: string): object {
	const { total, connected, resumable } = app.renderSessions();
	const { sockets, requests, streams = 0, websockets, jobs = 0 } = app.inUse();
	const pages = app.pages?.();
	return {
		deployment_id: id,
		connected_render_count: connected,
		resumable_render_count: resumable,
		render_session_count: total,
		drainable: total + sockets + requests + jobs === 0,
		session_timeout_seconds: app.sessionTimeoutSeconds,
		...(pages === undefined
			? {}
			: {
					busy_render_count: pages.busy,
					idle_render_count: pages.idle,
					hidden_render_count: pages.hidden,
					held_render_count: pages.held,
					held_reasons: pages.heldReasons,
				}),
		...(websockets === undefined ? {} : { in_use: { requests: requests - streams, streams, websockets, jobs } }),
	};
}

function detail(status: number, text: string): EndpointAnswer {
	return { status, body: { detail: text } };
}
