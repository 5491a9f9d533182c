import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { PRERENDER_MOUNT_MS } from '../render/mount.ts';
import type { RenderSession } from '../render/render-session.ts';
import { outcomeOf } from '../render/view.ts';
import type { Runtime } from '../runtime.ts';
import { routeInfo } from '../wire/messages.ts';
import { serialize } from '../wire/serialize.ts';
import { readBody } from './body.ts';
import { replyJson } from './reply.ts';

/** Render id of the page, on every request that it makes (contract P1.2). */
export const RENDER_ID_HEADER = 'X-Pulse-Render-Id';

const LIMIT_BYTES = 1024 * 1024;
/** Paths are kept until a browser attaches them, or their time is over. */
const MAX_PATH_CHARACTERS = 65_536;
/** The view of an app without `render`: an empty fragment. */
const EMPTY_VDOM = { tag: '', children: [] };

const prerenderRequest = z.object({
	paths: z
		.array(z.string().max(8192))
		.min(1)
		.max(100)
		.refine((paths) => paths.join('').length <= MAX_PATH_CHARACTERS),
	routeInfo: z.preprocess((value) => value ?? {}, routeInfo),
	ttlSeconds: z.number().positive().max(3600).nullish(),
	renderId: z.string().nullish(),
	former: z.string().nullish(),
});

/** `POST /_pulse/prerender` (contract P1.2–4): finds or makes the render session and mounts the paths in it. */
export async function prerender(runtime: Runtime, request: IncomingMessage, response: ServerResponse): Promise<void> {
	const body = prerenderRequest.safeParse(parseJson(await readBody(request, LIMIT_BYTES)));
	if (!body.success) return replyJson(response, 400, { detail: 'expected {paths: [...], routeInfo: {...}}' });
	const { paths, routeInfo, ttlSeconds, renderId, former } = body.data;

	const header = request.headers[RENDER_ID_HEADER.toLowerCase()];
	const named = typeof header === 'string' ? header : renderId;
	const existing = named ? runtime.renders.find(named) : null;
	const owner = await runtime.sessions.ensure(request, response, existing !== null);
	// A page that goes on in its render session has its state there.
	const isComing = former && !named;
	const render = isComing
		? await runtime.handoffs.arrive(former, owner, paths)
		: await findOrCreate(runtime, owner, existing);
	const ttlMs = ttlSeconds == null ? PRERENDER_MOUNT_MS : ttlSeconds * 1000;

	const views: Record<string, unknown> = {};
	for (const path of paths) {
		const mount = runtime.renders.mount(render, path, routeInfo, ttlMs);
		const form = (id: string, handler: (form: FormData) => void | Promise<void>) => {
			mount.forms.set(id, handler);
			return `/_pulse/forms/${render.id}/${encodeURIComponent(id)}`;
		};
		const rendered = await (runtime.app.options.render?.({ path, routeInfo, render, form }) ?? EMPTY_VDOM);
		const outcome = outcomeOf(rendered);
		if (outcome !== null) {
			render.detach(path);
			return replyJson(response, 200, outcome);
		}
		views[path] = { type: 'vdom_init', path, vdom: rendered };
	}
	replyJson(response, 200, serialize({ views, directives: runtime.directives(render.id) }));
}

/** A render session of another user is never reused: the requester gets a new one. */
async function findOrCreate(runtime: Runtime, owner: string, existing: RenderSession | null): Promise<RenderSession> {
	if (existing === null || !(await runtime.sessions.owns(owner, existing))) return runtime.renders.create(owner);
	runtime.renders.keepAlive(existing);
	return existing;
}

function parseJson(body: Buffer): unknown {
	try {
		return JSON.parse(body.toString());
	} catch {
		return undefined;
	}
}
