import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { APP_BRAND } from './brand.ts';
import { type Env, type EnvironmentOverrides, readEnvironment } from './config/environment.ts';
import { PulseError } from './errors.ts';
import { type AppHooks, type HandoffOptions, schemaOf } from './handoff/hooks.ts';
import type { PageClient } from './http/page-client.ts';
import type { NewestTerm } from './newest/term.ts';
import { type NewestWork, newestWork, type WhenNewestOptions } from './newest/work.ts';
import type { Plugin } from './plugin.ts';
import type { ChannelOpener } from './render/channel.ts';
import type { RenderSession } from './render/render-session.ts';
import type { RenderOutcome, View } from './render/view.ts';
import { createRuntime, type Runtime } from './runtime.ts';
import { type RunningApp, startServer } from './server/start.ts';
import type { CookieSessionStore } from './sessions/cookie-store.ts';
import { MemorySessionStore } from './sessions/memory-store.ts';
import type { SessionStore } from './sessions/store.ts';
import type { UserSession } from './sessions/user-session.ts';
import type { ClientMessage } from './wire/messages.ts';

/** What an app is made of; only `listener` is required. */
export interface AppOptions {
	/**
	 * Serves everything outside `/_pulse/` and `/socket.io/`: an Express app, `getRequestListener(hono.fetch)`, Fastify's
	 * `routing`, Next's request handler, or a plain function.
	 */
	readonly listener: (request: IncomingMessage, response: ServerResponse) => unknown;
	/** Live state: opened once for each render session that uses the channel. Keyed by channel name. */
	readonly channels?: Readonly<Record<string, ChannelOpener>>;
	/** Renders a view for the Pulse browser client. Default: an empty view. */
	readonly render?: (view: View) => unknown | RenderOutcome | Promise<unknown | RenderOutcome>;
	/** Every message of a browser that is not for a channel, e.g. callbacks of the Pulse browser client. */
	readonly onMessage?: (render: RenderSession, message: ClientMessage) => void | Promise<void>;
	readonly plugins?: readonly Plugin[];
	/** Default: the memory of the process. */
	readonly sessionStore?: SessionStore | CookieSessionStore;
	/** How long a render session without a socket is kept, in seconds. Default 60. */
	readonly sessionTimeoutSeconds?: number;
	/**
	 * How long a render session is kept whose page went offline, as in a tunnel or asleep, in seconds; at least as long as
	 * `sessionTimeoutSeconds`. Default 300. Until then it takes memory, and holds a deployment that drains.
	 */
	readonly offlineSeconds?: number;
	/** `.example.com` shares user sessions with subdomains. Default: the host alone. */
	readonly cookieDomain?: string;
	/**
	 * Origins whose pages may open sockets, e.g. `['https://admin.example.com']`; the app's own always may. Default: all.
	 * Set it (`[]` for none but the app's own) where a subdomain beside the app runs what you do not trust: its pages have the
	 * user's cookie, and could otherwise use channels in the user's name. Starting throws `invalid-origin`.
	 */
	readonly allowedOrigins?: readonly string[];
	/** Public origin. Default `PULSE_SERVER_ADDRESS`. */
	readonly serverAddress?: string;
	/** Before listening, e.g. to prepare a framework or to add websocket endpoints of your own. */
	readonly onStart?: (context: { readonly server: Server }) => unknown;
	/** After the last connection is closed. */
	readonly onStop?: () => unknown;
}

/** Where and as what an app listens; `pulse run` gives these by its flags. */
export interface ListenOptions extends EnvironmentOverrides {
	/** Default 8000; 0 picks a free port. */
	readonly port?: number;
	/** Default `::`, all addresses of both families; all IPv4 addresses where IPv6 is off. */
	readonly address?: string;
	/** Default: pino to stdout. */
	readonly logger?: Logger;
	/** Default: the variables of the process. */
	readonly env?: Env;
}

/**
 * A stateful web app. Constructing one has no side effects: `listen`, or `pulse run` on a file that exports it, starts it.
 *
 * @example
 * export default new App({
 *   listener: (request, response) => response.end(page(app.client)),
 *   channels: {
 *     counter: (channel) => {
 *       let count = 0;
 *       channel.on('increment', () => ++count);
 *     },
 *   },
 * });
 */
export class App {
	readonly [APP_BRAND] = 1;
	readonly options: AppOptions;
	/** By priority, highest first. */
	readonly plugins: readonly Plugin[];
	readonly sessionStore: SessionStore | CookieSessionStore;
	readonly #newestWork: NewestWork[] = [];
	readonly #handoff: AppHooks = { drain: null, resume: new Map() };
	#runtime: Runtime | null = null;

	constructor(options: AppOptions) {
		this.options = options;
		this.plugins = [...(options.plugins ?? [])].sort((a, b) => (b.priority ?? 0) - (a.priority ?? 0));
		this.sessionStore = options.sessionStore ?? new MemorySessionStore();
	}

	/** Starts plugins, then serves. Rejects with {@link PulseError}, e.g. `port-taken`. */
	async listen(options: ListenOptions = {}): Promise<RunningApp> {
		if (this.#runtime !== null) throw new PulseError('already-listening', 'This app is already listening.');
		const runtime = createRuntime(
			this,
			readEnvironment(overridesOf(this.options, options), options.env),
			this.#handoff,
			options.logger,
		);
		this.#runtime = runtime;
		for (const work of this.#newestWork) runtime.newest.add(work);
		const forget = () => {
			this.#runtime = null;
		};
		try {
			return await startServer(this, runtime, { port: options.port ?? 8000, address: options.address ?? '::' }, forget);
		} catch (error) {
			forget();
			throw error;
		}
	}

	/** The user session of a request; creates nothing until it is written to. Write before the response begins. */
	session(request: IncomingMessage, response: ServerResponse): Promise<UserSession> {
		return this.#running().sessions.ofRequest(request, response);
	}

	/**
	 * Keeps this deployment for work that no request or socket waits for, e.g. a job after the answer or an agent's turn: while
	 * it runs, a deployment that drains is not deleted, up to its maximum age, and `SIGTERM` waits for it as for a request.
	 * Returns the work's own promise. A failure is logged and does not end the process, also where the app does not await the promise.
	 *
	 * @example
	 * response.end('accepted');
	 * app.busy(() => sendInvoice(order));
	 */
	busy<T>(work: Promise<T> | (() => T | Promise<T>)): Promise<T> {
		const running = typeof work === 'function' ? new Promise<T>((resolve) => resolve(work())) : work;
		this.#runtime?.jobs.hold(running);
		return running;
	}

	/**
	 * Runs work that may run once only, such as a scheduler or a queue's worker, on one replica of the newest deployment: while
	 * the app listens, from when this process is the one (`start`) until a newer deployment is active, the process ends, or it
	 * cannot prove any more that it is the one (`stop`). After a rollback it comes back. On a machine without a platform it
	 * begins at once. `start` may return at once or when its work is over; one that fails is stopped and begun again. `stop` is
	 * called when `term.signal` aborts, once more where `start` returns only after that, and after a `start` that failed.
	 *
	 * A process that is suspended in the middle of a write cannot be kept from finishing it: have what it writes to refuse
	 * `term.fence`s lower than one that it has seen.
	 *
	 * @throws PulseError `invalid-stop-seconds`
	 * @example
	 * let timer: NodeJS.Timeout;
	 * app.whenNewest(
	 *   ({ fence, isHeld }) => {
	 *     timer = setInterval(() => isHeld() && sendReminders(fence), 60_000);
	 *   },
	 *   () => clearInterval(timer),
	 * );
	 */
	whenNewest(start: (term: NewestTerm) => unknown, stop?: () => unknown, options?: WhenNewestOptions): void {
		const work = newestWork(start, stop, options);
		this.#newestWork.push(work);
		this.#runtime?.newest.add(work);
	}

	/**
	 * Gives what a page takes along when it is loaded anew for another deployment, at the moment when it leaves: small (32 KiB
	 * with that of its channels), serialisable like a payload, within 2 s; `undefined` gives nothing. It waits sealed in the session
	 * store, for a minute, and for this very page. The latest one counts. Channels have the same, each for itself.
	 *
	 * @throws PulseError `invalid-schema`
	 * @example
	 * app.onDrain((render) => ({ step: render.data.get('step') }));
	 * app.onResume((snapshot, render) => {
	 *   render.data.set('step', (snapshot as { step: number }).step);
	 * });
	 */
	onDrain(take: (render: RenderSession) => unknown, options?: HandoffOptions): void {
		this.#handoff.drain = { schema: schemaOf(options), take };
	}

	/**
	 * Takes what `onDrain` of the page's former deployment gave, before the page is live: its first view is rendered after what
	 * this returns, within 2 s. Call it once for each schema that this version reads; of any other the page starts fresh, as it does
	 * without a snapshot, and the log says so.
	 *
	 * @throws PulseError `invalid-schema`
	 */
	onResume(use: (snapshot: unknown, render: RenderSession) => unknown, options?: HandoffOptions): void {
		this.#handoff.resume.set(schemaOf(options), use);
	}

	/**
	 * What a page needs to become live, pinned to this deployment: put `head` into its `<head>`, before other scripts, then
	 * `import { connect } from '<module>'` in a module script. Serve such a page with `cache-control: no-store`.
	 */
	get client(): PageClient {
		return this.#running().pageClient();
	}

	#running(): Runtime {
		if (this.#runtime === null) throw new PulseError('not-listening', 'The app is not listening yet.');
		return this.#runtime;
	}
}

function overridesOf(app: AppOptions, listen: ListenOptions): EnvironmentOverrides {
	const serverAddress = listen.serverAddress ?? app.serverAddress;
	return {
		...(listen.mode === undefined ? {} : { mode: listen.mode }),
		...(serverAddress === undefined ? {} : { serverAddress }),
	};
}
