import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Runtime } from '../runtime.ts';
import { SET_COOKIES } from '../sessions/cookie.ts';
import { BodyTooLargeError } from './body.ts';
import { submitForm } from './forms.ts';
import { prerender } from './prerender.ts';
import { replyJson } from './reply.ts';

/** One request through plugins, then `/_pulse/`, then the app. Never throws. */
export function dispatch(runtime: Runtime, request: IncomingMessage, response: ServerResponse): void {
	const failed = (error: unknown) => fail(runtime, request, response, error);
	try {
		const { plugins, options } = runtime.app;
		const first = plugins.some(({ onRequest }) => onRequest !== undefined) || reservedPath(request.url ?? '/') !== null;
		// A request that is the app's at once costs no promise.
		const answering: unknown = first ? pass(runtime, request, response) : options.listener(request, response);
		if (isThenable(answering)) Promise.resolve(answering).catch(failed);
	} catch (error) {
		failed(error);
	}
}

async function pass(runtime: Runtime, request: IncomingMessage, response: ServerResponse): Promise<void> {
	const { plugins, options } = runtime.app;
	for (const plugin of plugins) {
		if (plugin.onRequest !== undefined && (await plugin.onRequest(request, response))) return;
	}
	const path = reservedPath(request.url ?? '/');
	if (path !== null) await servePulse(runtime, path, request, response);
	else await options.listener(request, response);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
	return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

const STATUS_DETAIL = { 400: 'malformed path', 413: 'body too large', 500: 'internal server error' };

async function servePulse(
	runtime: Runtime,
	path: string,
	request: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	const { method } = request;
	const read = method === 'GET' || method === 'HEAD';
	if (path === '/_pulse/health' && read) {
		return replyJson(response, 200, { health: 'ok', message: 'Pulse server is running' });
	}
	if (path === SET_COOKIES && read) {
		await runtime.sessions.renew(request, response);
		return replyJson(response, 200, { health: 'ok', message: 'Cookies updated' });
	}
	if (path === '/_pulse/prerender' && method === 'POST') return prerender(runtime, request, response);
	const form = /^\/_pulse\/forms\/([^/]+)\/([^/]+)$/.exec(path);
	if (form !== null && method === 'POST') {
		const ids = { render: decodeURIComponent(form[1] as string), form: decodeURIComponent(form[2] as string) };
		return submitForm(runtime, ids, request, response);
	}
	if (read && runtime.clientFiles.serve(path, request, response)) return;
	replyJson(response, 404, { detail: 'not found' });
}

/** Of no other address can resolving make a reserved one: no word comes of it that is not there, but for what it leaves out. */
const MAY_BE_RESERVED = /_pulse|[\t\n\r]/;

/** Reserved is what is below `/_pulse` before or after dot segments are resolved: neither spelling reaches the app. `null`: the app's. */
function reservedPath(target: string): string | null {
	if (!MAY_BE_RESERVED.test(target)) return null;
	const raw = target.split(/[?#]/, 1)[0] as string;
	const pathname = URL.canParse(target, 'http://app') ? new URL(target, 'http://app').pathname : raw;
	return isReserved(raw) || isReserved(pathname) ? pathname : null;
}

function isReserved(path: string): boolean {
	return path === '/_pulse' || path.startsWith('/_pulse/');
}

function fail(runtime: Runtime, request: IncomingMessage, response: ServerResponse, error: unknown): void {
	const status = error instanceof BodyTooLargeError ? 413 : error instanceof URIError ? 400 : 500;
	// A client that went away in the middle of its body is not our failure.
	if (status === 500 && request.destroyed && !request.complete) return;
	if (status === 500) {
		runtime.log.error({ err: error, method: request.method, path: request.url?.split('?', 1)[0] }, 'request failed');
	}
	if (response.headersSent) {
		response.destroy();
		return;
	}
	// The rest of a body that was not read would be taken for the next request.
	if (!request.complete) response.setHeader('connection', 'close');
	replyJson(response, status, { detail: STATUS_DETAIL[status] });
}
