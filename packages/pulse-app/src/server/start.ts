import { createServer, type IncomingMessage, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from '../app.ts';
import { dispatch } from '../http/dispatch.ts';
import { chooseLeases } from '../newest/leases.ts';
import type { InUse, RenderSessionCounts } from '../plugin.ts';
import type { PageCounts } from '../render/page-word.ts';
import type { Runtime } from '../runtime.ts';
import { isCookieStore } from '../sessions/choose-keeper.ts';
import type { ReloadsBegun } from '../socket/reloads.ts';
import { bind } from './bind.ts';
import { drain } from './drain.ts';
import { BODY_STALL_MS, HEAD_MS, MAX_HEAD_BYTES, PROXY_HEAD_BYTES } from './limits.ts';
import { offerUpgrade } from './offer-upgrade.ts';
import { endStalledBodies } from './stalled-bodies.ts';
import { routeUpgrades } from './upgrades.ts';

/** Longer than any load balancer keeps an idle connection (AWS: 4,000 s at most): closing first would race with a request. */
const KEEP_ALIVE_MS = 4_100_000;
/** How long sockets that are closed at the end may take to say goodbye; those whose network is gone never do. */
const GOODBYE_MS = 500;

/** A listening app. */
export interface RunningApp {
	readonly port: number;
	readonly address: string;
	/** Where this machine reaches it, e.g. `http://localhost:8000`. */
	readonly url: string;
	readonly server: Server;
	renderSessions(): RenderSessionCounts;
	/** What a draining deployment is kept for. */
	inUse(): InUse;
	/** What pages say of themselves. */
	pages(): PageCounts;
	/** Tells every connected browser to load anew within a second; returns how many there are. */
	reload(): number;
	/** Has them load anew within so many seconds, in turns, those that can wait in a moment when nothing is lost. */
	reloadWithin(seconds: number): ReloadsBegun;
	/** Lets those stay that were told to load anew and have not yet; returns how many there are. */
	takeBackReload(): number;
	/**
	 * Stops accepting, lets requests and work of `app.busy` finish and sockets stay until they leave or `budgetMs` (default 10,000) is over, then
	 * closes everything and stops the plugins. Calling it again shortens the budget; 0 ends at once.
	 */
	close(options?: { readonly budgetMs?: number }): Promise<void>;
}

export async function startServer(
	app: App,
	runtime: Runtime,
	where: { readonly port: number; readonly address: string },
	onClosed: () => void,
): Promise<RunningApp> {
	const { usage } = runtime;
	const server = createServer(
		{
			keepAliveTimeout: KEEP_ALIVE_MS,
			headersTimeout: HEAD_MS,
			requestTimeout: 0,
			maxHeaderSize: MAX_HEAD_BYTES + PROXY_HEAD_BYTES,
		},
		(request: IncomingMessage, response) => {
			usage.begin(request, response);
			dispatch(runtime, request, response);
		},
	);
	// Beyond its limit Node drops headers silently.
	server.maxHeadersCount = 0;
	runtime.gateway.attach(server);
	const upgraded = routeUpgrades(server, offerUpgrade(runtime));
	usage.watch(upgraded);

	const stop = createStop(app, runtime);
	stop.done(endStalledBodies(usage.requests, BODY_STALL_MS));
	try {
		await start(app, runtime, server, stop.done);
		runtime.handoffs.check();
		runtime.gateway.refuseRival(server);
		const bound = await bind(server, where.port, where.address);
		// Connections that could not be accepted, for want of file handles for one: unheard they would end the app and all its sessions.
		server.on('error', (error) => runtime.log.error({ err: error }, 'a connection was not accepted'));
		const url = `http://${hostFor(bound.address)}:${bound.port}`;
		runtime.log.info({ url, deployment: runtime.environment.env.PULSE_DEPLOYMENT_ID }, 'listening');
		runtime.newest.open(chooseLeases(app.plugins, runtime.environment.env, Date.now));
		const working = () => runtime.gateway.messages() + runtime.jobs.count();
		const ending = drain({ server, requests: usage.requests, upgraded: upgraded.all, working });
		let closed: Promise<void> | null = null;
		const finish = async (workEnded: Promise<void>) => {
			await Promise.all([ending.done, workEnded]);
			// Before the render sessions end: a socket whose transport closes reconnects by itself, one that is told to go does not.
			await Promise.race([runtime.gateway.close(), sleep(GOODBYE_MS, undefined, { ref: false })]);
			for (const socket of upgraded.all) socket.destroy();
			runtime.renders.closeAll();
			await stop.run();
			onClosed();
			runtime.log.info('stopped');
		};
		return {
			port: bound.port,
			address: bound.address,
			url,
			server,
			renderSessions: () => runtime.renders.counts(),
			inUse: runtime.inUse,
			pages: () => runtime.renders.pages(),
			reload: () => runtime.gateway.reloads.begin({ within: null }).pages,
			reloadWithin: (seconds) => runtime.gateway.reloads.begin({ within: seconds }),
			takeBackReload: () => runtime.gateway.reloads.takeBack(),
			close: ({ budgetMs = 10_000 } = {}) => {
				tellStopping(app, runtime, budgetMs);
				ending.within(budgetMs);
				const workEnded = runtime.newest.close(budgetMs);
				closed ??= finish(workEnded);
				return closed;
			},
		};
	} catch (error) {
		await runtime.gateway.close();
		await stop.run();
		throw error;
	}
}

async function start(app: App, runtime: Runtime, server: Server, done: (stop: () => unknown) => void): Promise<void> {
	const { mode, env } = runtime.environment;
	const store = app.sessionStore;
	if (!isCookieStore(store)) {
		done(() => store.close?.());
		await store.open?.({ mode, env, warn: (message) => runtime.log.warn(message) });
	}
	const context = runtime.pluginContext();
	for (const plugin of app.plugins) {
		await plugin.onStart?.(context);
		done(() => plugin.onStop?.());
	}
	done(() => app.options.onStop?.());
	await app.options.onStart?.({ server });
}

function tellStopping(app: App, runtime: Runtime, budgetMs: number): void {
	for (const plugin of app.plugins) {
		try {
			plugin.onStopping?.(budgetMs);
		} catch (error) {
			runtime.log.error({ err: error, plugin: plugin.name }, 'a stopping hook failed');
		}
	}
}

/** What was started is stopped, last first; one failure does not keep the rest running. */
function createStop(app: App, runtime: Runtime) {
	const steps: (() => unknown)[] = [];
	return {
		done: (step: () => unknown) => void steps.push(step),
		run: async () => {
			for (const step of steps.splice(0).reverse()) {
				try {
					await step();
				} catch (error) {
					runtime.log.error({ err: error, plugins: app.plugins.map((plugin) => plugin.name) }, 'a stop hook failed');
				}
			}
		},
	};
}

function hostFor(address: string): string {
	if (address === '::' || address === '0.0.0.0') return 'localhost';
	return address.includes(':') ? `[${address}]` : address;
}
