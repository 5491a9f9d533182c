/**
 * Makes a page live. Works from a plain module script with no build step:
 *
 * @example
 * import { connect } from '/_pulse/client.js'; // `app.client.module` on the server pins it to the page's deployment
 * const pulse = await connect();
 * const counter = pulse.channel('counter');
 * button.onclick = async () => show(await counter.request('increment'));
 */
import type { Directives } from '../plugin.ts';
import type { ClientMessage, ServerMessage } from '../wire/messages.ts';
import { type ApiResult, performApiCall } from './api-call.ts';
import { ClientChannel } from './channel.ts';
import { clearTrace, findTrace, leaveTrace, pageDirectives, storeDirectives } from './directives.ts';
import { createFetch, isStale } from './fetch.ts';
import { createNavigation, load, type Navigate } from './navigation.ts';
import { readPrerendered, requestPrerender } from './prerender.ts';
import { type Reports, reportTab, watchErrors } from './presence.ts';
import { pinnedAddress } from './query.ts';
import { patiently } from './retry.ts';
import { ASKED, openSocket, type SocketFactory } from './socket.ts';
import { tabOfPage } from './tab.ts';
import type { Update } from './update.ts';
import { followVisibility } from './visibility.ts';

export { type ClientChannel, ConnectionLostError } from './channel.ts';
export { hold } from './hold.ts';
export type { Navigate, NavigateOptions } from './navigation.ts';
export type { Update } from './update.ts';

/** `refused`: the server will not have this page, e.g. because cookies are blocked or loading it again and again did not help. */
export type Status = 'connecting' | 'connected' | 'disconnected' | 'reloading' | 'refused';

/** What a page may say when it connects; all of it is optional. */
export interface ConnectOptions {
	/** `io` of socket.io-client. Default: the build that the app serves at `/_pulse/client/socket.io.js`. */
	readonly io?: SocketFactory;
	/** Called at once and on every change. */
	readonly onStatus?: (status: Status) => void;
	/** Draws what the app's `render` returned for an address: the page's first, then each that `navigate` goes to. */
	readonly onView?: (view: unknown, url: URL) => void;
	/**
	 * Asks the page's user instead of waiting for a safe moment, e.g. by `banner()` of `pulse-app/client/banner`. The page is
	 * loaded anew when they say so, at the deadline, and when it is hidden with nothing unsaved, unless they said later.
	 */
	readonly onUpdate?: (update: Update) => void;
	/** Every message of the server, for apps that render on the server. */
	readonly onMessage?: (message: ServerMessage) => void;
}

/** The page's connection to its server, from `connect`. */
export interface PulseClient {
	readonly status: Status;
	/** Id of this page's render session. */
	readonly renderId: string;
	channel(name: string): ClientChannel;
	/**
	 * `fetch` that stays on the deployment that served the page and, when that is gone, has the page loaded anew at a safe
	 * moment. With `app.client.head` in the page the browser's own does the same.
	 */
	readonly fetch: typeof fetch;
	/** An address of the app that stays on the deployment that served the page, e.g. of a picture. Others pass unchanged. */
	url(address: string | URL): string;
	/**
	 * Holds the page as it is until the function that it returns is called, or the time that the server gives is over: for
	 * work that is not in a form. `reason`: a few words for operators, e.g. `drawing`.
	 */
	hold(reason: string): () => void;
	/**
	 * Goes to another path of the app and keeps the render session; going back does the same. Loads the document where that
	 * is not possible: no `onView`, another origin, no such view, a deployment that is gone.
	 */
	readonly navigate: Navigate;
	/** Throws for what has more than a million bytes as JSON or none, and when a hundred messages wait already. */
	send(message: ClientMessage): void;
}

const NO_CONNECTION = 'it could not reconnect';

/** Opens the page's render session and its socket; call it once a page. Rejects when the server cannot be reached. */
export async function connect(options: ConnectOptions = {}): Promise<PulseClient> {
	let status: Status = 'connecting';
	const setStatus = (next: Status) => {
		if (status === 'reloading') return;
		status = next;
		options.onStatus?.(next);
	};
	setStatus('connecting');
	const failed = watchErrors();

	let directives = pageDirectives();
	const tab = await tabOfPage();
	const pinnedFetch = createFetch(
		() => directives,
		() => tab.ask('its deployment is gone'),
		tab.begin,
	);
	let reports: Reports | undefined;
	tab.listen({
		waiting: (state, why) => {
			reports?.waiting(state, why);
			if (state === 'now') setStatus('reloading');
		},
		givenUp: () => setStatus('refused'),
		onUpdate: options.onUpdate,
	});
	const [io, opened] = await Promise.all([options.io ?? servedSocketIo(), openRenderSession(pinnedFetch)]);
	const adopt = (next: Directives) => {
		directives = next;
		storeDirectives(next);
	};
	adopt(opened.directives);
	clearTrace();
	const renderId = directives.socketio.auth.render_id ?? '';

	const channels = new Map<string, ClientChannel>();
	let hasState = false;
	const socket = openSocket(io, directives, {
		onConnected: () => {
			tab.withdraw(NO_CONNECTION);
			setStatus('connected');
			reports?.connected();
		},
		onDisconnected: () => {
			for (const channel of channels.values()) channel.connectionLost();
			setStatus('disconnected');
		},
		onRefused: () => setStatus('refused'),
		onSent: (message) => {
			if (message.type === 'channel_message' && message.requestId)
				channels.get(message.channel)?.sent(message.requestId);
		},
		onMessage: (message) => {
			if (message.type === 'channel_message') channels.get(message.channel)?.receive(message);
			else if (message.type === 'api_call') void performApiCall(message, pinnedFetch).then(report);
			else if (message.type === 'navigate_to') void (message.hard ? load : navigate)(message.path, message);
			options.onMessage?.(message);
		},
		onHandoff: () => {
			hasState = true;
		},
		onStay: () => {
			reports?.stays();
			tab.withdraw(ASKED);
		},
		reload: (reason, seconds) => {
			reports?.asked();
			tab.ask(reason, seconds);
		},
	});
	reports = reportTab(tab, failed, socket.tell, () => hasState && leaveTrace(renderId));
	// It was only put aside by its browser, and lives.
	addEventListener('pageshow', ({ persisted }) => persisted && clearTrace());
	const report = (result: ApiResult) => {
		try {
			socket.say(result);
		} catch (error) {
			socket.say({ ...result, ok: false, status: 0, headers: {}, body: { error: String(error) } });
		}
	};
	const navigate = createNavigation({
		// A navigation knows better than to load this address anew.
		send: createFetch(
			() => directives,
			() => {},
		),
		renderId,
		onView: options.onView,
		onMoved: (path, next) => {
			adopt(next);
			socket.moveTo(path);
		},
	});
	options.onView?.(opened.view, new URL(location.href));
	followVisibility({ ...socket, onFailed: () => tab.ask(NO_CONNECTION) });

	return {
		get status() {
			return status;
		},
		renderId,
		channel: (name) => {
			const channel = channels.get(name) ?? new ClientChannel(name, socket.say, tab.begin);
			channels.set(name, channel);
			return channel;
		},
		fetch: pinnedFetch,
		url: (address) => pinnedAddress(address, directives.query),
		hold: tab.hold,
		navigate,
		send: socket.say,
	};
}

/** Never ends where the page is to be loaded anew. */
async function openRenderSession(pinnedFetch: typeof fetch) {
	const url = new URL(location.href);
	const former = findTrace();
	const response = await patiently(() => requestPrerender(pinnedFetch, url, {}, former));
	if (isStale(response)) return new Promise<never>(() => {});
	if (!response.ok) throw new Error(`the server refused to open a render session: ${response.status}`);
	const answer = await readPrerendered(response, url.pathname);
	if (answer.kind === 'not-found') throw new Error('the server has no view for this path');
	if (answer.kind === 'view') return answer;
	load(answer.path);
	return new Promise<never>(() => {});
}

async function servedSocketIo(): Promise<SocketFactory> {
	// Beside this module when it is served by the app, with the same pin; bundlers must leave it alone.
	const own = new URL(import.meta.url);
	const served = own.pathname.startsWith('/_pulse/');
	const url = served
		? new URL(`socket.io.js${own.search}`, own)
		: new URL('/_pulse/client/socket.io.js', location.origin);
	const module = (await import(/* webpackIgnore: true */ /* @vite-ignore */ url.href)) as { io: SocketFactory };
	return module.io;
}
