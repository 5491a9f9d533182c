import { z } from 'zod';

/** Where a view is shown, as the browser's router sees it (contract P1.2). */
export interface RouteInfo {
	readonly pathname: string;
	readonly hash: string;
	readonly query: string;
	readonly queryParams: Readonly<Record<string, string>>;
	readonly pathParams: Readonly<Record<string, string | undefined>>;
	readonly catchall: readonly string[];
}

/** Everything the server says over the socket (contract P1.10). */
export type ServerMessage =
	| { readonly type: 'vdom_init'; readonly path: string; readonly vdom: unknown }
	| { readonly type: 'vdom_update'; readonly path: string; readonly ops: readonly unknown[] }
	| { readonly type: 'server_error'; readonly path: string; readonly error: ServerErrorInfo }
	| {
			readonly type: 'api_call';
			readonly id: string;
			readonly url: string;
			readonly method: string;
			readonly headers: Readonly<Record<string, string>>;
			readonly body: unknown;
			readonly credentials: 'include' | 'omit';
	  }
	| { readonly type: 'navigate_to'; readonly path: string; readonly replace: boolean; readonly hard: boolean }
	/** `within`: seconds that the page may wait for a good moment. Told to clients that can; all others load anew at once. */
	| { readonly type: 'reload'; readonly within?: number }
	/** What it was told is taken back: it need not load anew. */
	| { readonly type: 'stay' }
	/** The page was told to load anew, and the next one may go on with its state. */
	| { readonly type: 'handoff' }
	/**
	 * `received`: how many messages of the page have come so far, for a client that counts. `safeReload`: to a client that can
	 * wait; the server hears `reload_state` and `presence`.
	 */
	| {
			readonly type: 'attach_ack';
			readonly path: string;
			readonly attachId: string;
			readonly received?: number;
			readonly safeReload?: true;
	  }
	| { readonly type: 'js_exec'; readonly path: string; readonly id: string; readonly expr: unknown }
	| {
			readonly type: 'channel_message';
			readonly channel: string;
			readonly event?: string;
			readonly payload?: unknown;
			readonly requestId?: string;
			readonly responseTo?: string;
			readonly error?: unknown;
	  };

export interface ServerErrorInfo {
	readonly message: string;
	readonly phase: 'render' | 'callback' | 'mount' | 'unmount' | 'navigate' | 'server';
	readonly details?: Readonly<Record<string, unknown>>;
}

const path = z.string().max(8192);
const id = z.string().max(256);
/** Cut rather than refused: that a page is held counts for more than why. A copy: a slice would keep the whole text alive. */
const reason = z
	.string()
	.transform((text) => Buffer.from(text.slice(0, 100)).toString())
	.nullish();
/** What a browser says about its route is kept for as long as it shows the view, so none of it may be large. */
const MAX_ROUTE_CHARACTERS = 16_384;
const isSmall = (value: object): boolean => JSON.stringify(value).length <= MAX_ROUTE_CHARACTERS;
const strings = z.record(z.string(), z.string());
const params = strings.refine(isSmall);

/** Lenient where clients differ: what is missing is empty. */
export const routeInfo = z.object({
	pathname: path.default('/'),
	hash: path.default(''),
	query: path.default(''),
	queryParams: params.default({}),
	pathParams: z.record(z.string(), z.string().optional()).refine(isSmall).default({}),
	catchall: z.array(z.string()).refine(isSmall).readonly().default([]),
});

const optionalRouteInfo = z.preprocess((value) => value ?? {}, routeInfo);

/** Everything a browser may say; anything else is dropped with a log line. */
export const clientMessage = z.discriminatedUnion('type', [
	z.object({ type: z.literal('attach'), path, routeInfo: optionalRouteInfo, attachId: id.nullish() }),
	z.object({ type: z.literal('update'), path, routeInfo: optionalRouteInfo }),
	z.object({ type: z.literal('callback'), path, callback: z.string(), args: z.array(z.unknown()).default([]) }),
	z.object({ type: z.literal('detach'), path }),
	z.object({
		type: z.literal('api_result'),
		id,
		ok: z.boolean(),
		status: z.number(),
		headers: strings.default({}),
		body: z.unknown().optional(),
	}),
	z.object({ type: z.literal('js_result'), id, result: z.unknown().optional(), error: z.string().nullish() }),
	z.object({
		type: z.literal('channel_message'),
		channel: id,
		event: id.nullish(),
		payload: z.unknown().optional(),
		requestId: id.nullish(),
		responseTo: id.nullish(),
		error: z.unknown().optional(),
	}),
	/** What a page does about a reload that it was told: it loads now, it waits, or it is leaving. */
	z.object({ type: z.literal('reload_state'), state: z.enum(['now', 'held', 'gone']), reason }),
	z.object({
		type: z.literal('presence'),
		state: z.enum(['visible', 'busy', 'idle', 'hidden', 'held']),
		reason,
		/** Its script has failed, or a part of it did not load, since it was opened. */
		error: z.boolean().optional().catch(undefined),
	}),
]);

/** Everything that a browser says over the socket (contract P1.10). */
export type ClientMessage = z.infer<typeof clientMessage>;
