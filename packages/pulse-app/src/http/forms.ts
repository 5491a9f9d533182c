import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Runtime } from '../runtime.ts';
import { parseForm } from './form-body.ts';
import { replyEmpty, replyJson } from './reply.ts';

/** `POST /_pulse/forms/<render>/<form>` (contract P1.12). */
export async function submitForm(
	runtime: Runtime,
	ids: { readonly render: string; readonly form: string },
	request: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	const render = runtime.renders.find(ids.render);
	if (render === null) return replyJson(response, 410, { detail: 'render session expired' });
	const sid = await runtime.sessions.identify(request.headers.cookie);
	if (!sid || !(await runtime.sessions.owns(sid, render)))
		return replyJson(response, 403, { detail: 'render session belongs to another user' });

	const mounts = render.mounts();
	const handler = mounts.map((mount) => mount.formOf(ids.form)).find((found) => found !== undefined);
	if (handler === undefined) {
		return mounts.length === 0
			? replyJson(response, 410, { detail: 'route unmounted' })
			: replyJson(response, 404, { detail: 'unknown form' });
	}
	const form = await parseForm(request);
	if (form === null) return replyJson(response, 400, { detail: 'expected a form' });
	await handler(form);
	replyEmpty(response, 204);
}
