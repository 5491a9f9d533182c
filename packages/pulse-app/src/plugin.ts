import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { PLUGIN_BRAND } from './brand.ts';
import type { NewestLeases } from './newest/leases.ts';
import type { PageCounts } from './render/page-word.ts';
import type { ReloadsBegun } from './socket/reloads.ts';

/**
 * Extends an {@link App}. Constructing one has no side effects; deploy tools read `name` and `options` without starting it.
 * Hooks run in order of `priority`, highest first; ties keep the order of registration.
 */
export interface Plugin {
	readonly [PLUGIN_BRAND]: 1;
	/** `railway`, `aws-ecs`, or a name of your own. */
	readonly name: string;
	/** Default 0. */
	readonly priority?: number;
	/** Plain data that a deploy tool reads, e.g. service names. */
	readonly options?: Readonly<Record<string, unknown>>;
	/** Before the server listens; throwing stops the start. */
	onStart?(context: PluginContext): void | Promise<void>;
	/** When the app begins to end, before it refuses connections: it has so many milliseconds. Again when it gets fewer. */
	onStopping?(budgetMs: number): void;
	/** After draining ended, before the process exits. */
	onStop?(): void | Promise<void>;
	/** Adds to the directives of a successful prerender. */
	onPrerender?(directives: Directives): void;
	/** Before the app sees a request. Return true when it was answered. */
	onRequest?(request: IncomingMessage, response: ServerResponse): boolean | Promise<boolean>;
	/**
	 * Before a connection is upgraded, by Socket.IO or by the app; `head` is what came after the request. Return true when it was
	 * answered, or is another process's from now on.
	 */
	onUpgrade?(request: IncomingMessage, socket: Socket, head: Buffer): boolean | Promise<boolean>;
	/**
	 * A secret that all deployments of the app share. Session ids are signed with it, so that one deployment recognises
	 * the visitors of another. `PULSE_SECRET` serves the same purpose; either is enough.
	 */
	sessionSecret?(env: Readonly<Record<string, string | undefined>>): string | undefined;
	/**
	 * Who decides whether this process runs what `app.whenNewest` was given; `null`: this plugin cannot tell here. Asked once, after
	 * `onStart`; answers are needed until `onStop`.
	 */
	newestLeases?(): NewestLeases | null;
	/**
	 * A page says that its script has failed, or that a part of it did not load; once for each. `headers`: of its socket's handshake;
	 * `sessionId`: of its visitor, several of whose pages may say so. A page may say so whatever has happened.
	 */
	onPageError?(headers: IncomingHttpHeaders, sessionId: string): void;
	/** When a browser's socket connects, before its render session is looked up. Return false to refuse, `reload` to accept it and tell it to reload. */
	onConnect?(query: Readonly<Record<string, string>>): true | false | 'reload';
}

/** What the browser adds to its later requests (contract P1.3, P1.13). */
export interface Directives {
	headers: Record<string, string>;
	query: Record<string, string>;
	socketio: { auth: Record<string, string>; headers: Record<string, string>; query: Record<string, string> };
}

/** The running app, as its plugins see it. */
export interface PluginContext {
	/** `prod`, `ci` or `dev`. */
	readonly environment: 'prod' | 'ci' | 'dev';
	readonly env: Readonly<Record<string, string | undefined>>;
	/** Seconds that a render session without a socket is kept. */
	readonly sessionTimeoutSeconds: number;
	renderSessions(): RenderSessionCounts;
	/** What a draining deployment is kept for; nothing of it is left once all are zero. */
	inUse(): InUse;
	/** What connected pages, and those that are away for a moment, say of themselves. */
	pages(): PageCounts;
	/**
	 * A request that a plugin answers by passing it on to another process, which counts it: here it holds nothing but the end of
	 * the process, which waits for it.
	 */
	passedOn(response: ServerResponse): void;
	/** Tells every connected browser to load anew within a second; returns how many there are. */
	reload(): number;
	/**
	 * Has every connected browser load anew within so many seconds, in turns: in any one second a fifth of them at most. Pages
	 * that can wait do so for a moment when nothing is lost, and load at the end of the time at the latest; all others are told
	 * then. Calling it again begins a new round with the new time.
	 * @param limitMs tells all of them within so many milliseconds, at a quicker pace if need be
	 */
	reloadWithin(seconds: number, limitMs?: number): ReloadsBegun;
	/** Lets every browser stay that was told to load anew and has not yet; returns how many there are. */
	takeBackReload(): number;
	/** `onPageError` is called; absent: this version of pulse-app does not know it. */
	readonly tellsPageErrors?: true;
	readonly log: {
		info(fields: object, message: string): void;
		warn(fields: object, message: string): void;
		error(fields: object, message: string): void;
	};
}

/** Render sessions of one process. */
export interface RenderSessionCounts {
	readonly total: number;
	/** With a socket. */
	readonly connected: number;
	/** Without a socket, still within the session timeout. */
	readonly resumable: number;
}

/** What holds a deployment that drains (contract, decision 21). */
export interface InUse {
	/** Live and resumable ones. */
	readonly renderSessions: number;
	/** Open upgraded connections of any kind: Socket.IO's, and those of websocket endpoints that the app adds. */
	readonly sockets: number;
	/** Requests in flight: pages, streams, downloads, uploads. Health checks and what deploy tools ask do not count. */
	readonly requests: number;
	/** Such requests since the start: a look that finds a higher number than the one before has missed some. */
	readonly requestsBegun: number;
	/** Of `requests`: answers and bodies that flow, such as event streams, downloads and uploads, and long polls. */
	readonly streams: number;
	/** Of `sockets`: those of the app's own, beside pages'. */
	readonly websockets: number;
	/** Work that `app.busy` was given. */
	readonly jobs: number;
}
