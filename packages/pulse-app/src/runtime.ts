import { type Logger, pino } from 'pino';
import type { App } from './app.ts';
import type { Environment } from './config/environment.ts';
import { createHandoffs, type Handoffs } from './handoff/handoffs.ts';
import type { AppHooks } from './handoff/hooks.ts';
import { type ClientFiles, createClientFiles } from './http/client-files.ts';
import { headTag, type PageClient, pinnedPath, versionOf } from './http/page-client.ts';
import { RENDER_ID_HEADER } from './http/prerender.ts';
import { NewestKeeper } from './newest/keeper.ts';
import type { Directives, InUse, Plugin, PluginContext } from './plugin.ts';
import { RenderRegistry } from './render/registry.ts';
import { createJobs, type Jobs } from './server/jobs.ts';
import { createUsage, type Usage } from './server/usage.ts';
import { createKeeper, isCookieStore } from './sessions/choose-keeper.ts';
import { readCookieDomain } from './sessions/cookie.ts';
import { createSessions, type Sessions } from './sessions/sessions.ts';
import { createGateway, type Gateway } from './socket/gateway.ts';

/** Everything that lives while an app listens. */
export interface Runtime {
	readonly app: App;
	readonly environment: Environment;
	readonly log: Logger;
	readonly sessions: Sessions;
	readonly renders: RenderRegistry;
	readonly gateway: Gateway;
	readonly clientFiles: ClientFiles;
	readonly usage: Usage;
	readonly jobs: Jobs;
	/** What `app.whenNewest` was given. */
	readonly newest: NewestKeeper;
	readonly handoffs: Handoffs;
	inUse(): InUse;
	/** Directives of a page, as plugins shape them; `renderId` is `null` before the page has a render session. */
	directives(renderId: string | null): Directives;
	pageClient(): PageClient;
	pluginContext(): PluginContext;
}

export function createRuntime(app: App, environment: Environment, hooks: AppHooks, logger?: Logger): Runtime {
	const log = logger ?? pino({ name: 'pulse', base: null });
	const timeoutSeconds = app.options.sessionTimeoutSeconds ?? 60;
	const isLive = (sid: string) => renders.isOwner(sid);
	const secrets = secretsOf(app.plugins, environment);
	const keeper = createKeeper({
		store: app.sessionStore,
		environment,
		secrets,
		forgetMs: timeoutSeconds * 1000,
		isLive,
		onUnreadable: (error) => log.warn({ err: error }, 'the session store cannot be read'),
	});
	const sessions = createSessions({
		keeper,
		cookie: {
			secure: environment.serverAddress?.protocol === 'https:',
			domain: readCookieDomain(app.options.cookieDomain),
		},
		onCookieStale: (sid) => gateway.refreshCookies(sid),
		askFor: (render, url) => gateway.askForCookies(render, url),
		onRotated: ({ former, sid, by, delivered }) => {
			const links = renders.reown(former, sid, by);
			void delivered.then(() => {
				for (const link of links) link.renew();
			});
		},
		onTouchFailed: (error) => log.warn({ err: error }, 'a user session could not be prolonged'),
	});
	const renders = new RenderRegistry({
		timeoutMs: timeoutSeconds * 1000,
		offlineMs: (app.options.offlineSeconds ?? 300) * 1000,
		sessionOf: sessions.ofRender,
		onClosed: (render) => log.debug({ renderId: render.id }, 'render session ended'),
		onCloseFailed: (error) => log.error({ err: error }, 'the end of a channel failed'),
		onOwnerGone: sessions.release,
		handsOver: () => hooks.drain !== null,
		onUnread: (render, why) =>
			log.warn({ renderId: render.id, why }, 'a channel starts fresh: its state cannot be read'),
	});
	const handoffs = createHandoffs({
		hooks,
		store: isCookieStore(app.sessionStore) ? null : app.sessionStore,
		secrets,
		isProduction: environment.mode === 'prod',
		hasChannels: Object.keys(app.options.channels ?? {}).length > 0,
		create: (owner) => renders.create(owner),
		isExpected: (render) => renders.find(render.id) === render && !render.connected,
		log,
	});
	const gateway = createGateway({ app, sessions, renders, handoffs, serverAddress: environment.serverAddress, log });
	const clientFiles = createClientFiles();
	const usage = createUsage();
	const jobs = createJobs((error) => log.warn({ err: error }, 'work that app.busy was given failed'));
	const newest = new NewestKeeper({ log, hold: (work) => jobs.hold(work) });
	const inUse = (): InUse => ({ renderSessions: renders.counts().total, ...usage.counts(), jobs: jobs.count() });

	const directives = (renderId: string | null): Directives => {
		const result: Directives = { headers: {}, query: {}, socketio: { auth: {}, headers: {}, query: {} } };
		if (renderId !== null) {
			result.headers[RENDER_ID_HEADER] = renderId;
			result.socketio.auth.render_id = renderId;
		}
		for (const plugin of app.plugins) plugin.onPrerender?.(result);
		return result;
	};

	return {
		app,
		environment,
		log,
		sessions,
		renders,
		gateway,
		clientFiles,
		usage,
		jobs,
		newest,
		handoffs,
		inUse,
		directives,
		pageClient: () => {
			const pinned = directives(null);
			const version = versionOf(pinned);
			const script = clientFiles.tabUrl(version);
			const headWith = ({ nonce }: { readonly nonce?: string } = {}) => headTag({ directives: pinned, script, nonce });
			return {
				head: headWith(),
				headWith,
				module: clientFiles.moduleUrl(version),
				banner: clientFiles.bannerUrl(version),
				url: (path) => pinnedPath(path, pinned.query),
			};
		},
		pluginContext: () => ({
			environment: environment.mode,
			env: environment.env,
			sessionTimeoutSeconds: timeoutSeconds,
			renderSessions: () => renders.counts(),
			inUse,
			pages: () => renders.pages(),
			tellsPageErrors: true,
			passedOn: usage.passedOn,
			reload: () => gateway.reloads.begin({ within: null }).pages,
			reloadWithin: (seconds, limitMs) =>
				gateway.reloads.begin({ within: seconds, ...(limitMs === undefined ? {} : { limitMs }) }),
			takeBackReload: () => gateway.reloads.takeBack(),
			log,
		}),
	};
}

/** The user's own first, because the first one signs: a plugin's may be rotated without forgetting visitors. */
function secretsOf(plugins: readonly Plugin[], environment: Environment): string[] {
	const shared = plugins.map((plugin) => plugin.sessionSecret?.(environment.env));
	return [environment.secret, ...shared].filter((secret): secret is string => Boolean(secret));
}
