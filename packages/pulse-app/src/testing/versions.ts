import { pino } from 'pino';
import type { App, AppOptions } from '../app.ts';
import { PLUGIN_BRAND } from '../brand.ts';
import { Browser, type Page, serve } from './harness.ts';
import { OpenStore } from './open-store.ts';

export interface VersionOptions extends Partial<AppOptions> {
	/** Default: one that all versions know. `null`: none. */
	readonly secret?: string | null;
	/** What its deploy tool's plugin brings. */
	readonly formerSecret?: string;
	readonly hooks?: (app: App) => void;
}

/** Versions of an app on one session store, and pages that go from one to the other. */
export function versions(store = new OpenStore()) {
	/** With what its log warned of. */
	async function version({ secret = 'shared', formerSecret, hooks, ...options }: VersionOptions = {}) {
		const warned: { msg: string; why?: string }[] = [];
		const logger = pino({ level: 'warn' }, { write: (line: string) => void warned.push(JSON.parse(line)) });
		const plugin = { [PLUGIN_BRAND]: 1, name: 'secrets', sessionSecret: () => formerSecret } as const;
		const served = await serve(
			{ sessionStore: store, plugins: [plugin], ...options },
			{ logger, env: secret === null ? {} : { PULSE_SECRET: secret } },
		);
		hooks?.(served.app);
		return { ...served, warned };
	}
	return { store, version };
}

export type Version = Awaited<ReturnType<ReturnType<typeof versions>['version']>>;

/** A page that a browser shows, whose client can wait. */
export interface Shown {
	readonly id: string;
	readonly browser: Browser;
	readonly page: Page;
}

/** Opens a page; `cookie`: of a browser that was here before, `former`: what its tab showed before. */
export async function show(
	{ url }: Pick<Version, 'url'>,
	{ cookie = null, former, path = '/' }: { cookie?: string | null; former?: string; path?: string } = {},
): Promise<Shown> {
	const browser = new Browser(url);
	browser.cookie = cookie;
	const { socketio } = await browser.open({ paths: [path], former });
	const auth = { ...socketio.auth, __pulse_page_instance_id: Math.random().toString(36), __pulse_safe_reload: 1 };
	const page = await browser.connect({ auth }).ready();
	page.say({ type: 'attach', path, routeInfo: null, attachId: '1' });
	await page.hear({ type: 'attach_ack' });
	return { id: socketio.auth.render_id as string, browser, page };
}

/** Tells the version's pages to go, of which this one says that it does. */
export async function leave(from: Version, { page }: Shown, state = 'now'): Promise<void> {
	from.running.reloadWithin(0);
	await page.hear({ type: 'reload' });
	page.say({ type: 'reload_state', state });
}

/** Loads the page anew on another version. */
export async function move(from: Version, shown: Shown, to: Version, path = '/'): Promise<Shown> {
	await leave(from, shown);
	return show(to, { cookie: shown.browser.cookie, former: shown.id, path });
}
