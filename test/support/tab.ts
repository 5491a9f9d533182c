import { randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';

/** One browser tab of the counter, spoken by its wire protocol: prerender, then a websocket that never changes server. */
export class Tab {
	readonly deployment: string;
	/** What the page's later requests carry, e.g. `pulse_deployment`. */
	readonly query: Readonly<Record<string, string>>;
	reloadsTold = 0;
	/** Disconnects that this tab did not ask for. */
	lost = 0;
	readonly #socket: Socket;
	readonly #page: Page;
	readonly #answers = new Map<string, (payload: CounterAnswer) => void>();

	private constructor(socket: Socket, page: Page) {
		this.#socket = socket;
		this.#page = page;
		this.deployment = page.deployment;
		this.query = page.directives.query;
		socket.on('message', ([, message]: Wire) => {
			if (message.type === 'reload') this.reloadsTold += 1;
			if (message.type === 'channel_message' && message.responseTo) {
				this.#answers.get(message.responseTo)?.(message.payload as CounterAnswer);
				this.#answers.delete(message.responseTo);
			}
		});
		socket.on('disconnect', (reason) => {
			if (reason !== 'io client disconnect') this.lost += 1;
		});
	}

	/** Loads the page as a new visitor, or with `affinity` as an old tab would. */
	static async open(origin: string, affinity: Readonly<Record<string, string>> = {}): Promise<Tab> {
		const response = await fetch(`${origin}/_pulse/prerender?${new URLSearchParams(affinity)}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ paths: ['/'], routeInfo: { pathname: '/' } }),
		});
		if (!response.ok) throw new Error(`prerender answered ${response.status}: ${await response.text()}`);
		const [, { directives }] = (await response.json()) as [unknown, { directives: Directives }];
		const cookie = response.headers.getSetCookie().map((line) => line.split(';')[0]);
		const deployment = response.headers.get('x-pulse-selected-deployment') ?? directives.query.pulse_deployment ?? '';
		return Tab.#connect(origin, { directives, deployment, cookie: cookie.join('; '), instance: randomUUID() });
	}

	/** The same page wakes up and connects again, without having heard of anything since. */
	static reconnect(origin: string, tab: Tab): Promise<Tab> {
		return Tab.#connect(origin, tab.#page);
	}

	static async #connect(origin: string, page: Page): Promise<Tab> {
		const { auth, query } = page.directives.socketio;
		const socket = io(origin, {
			transports: ['websocket'],
			forceNew: true,
			reconnection: false,
			auth: { ...auth, __pulse_page_instance_id: page.instance },
			query: { ...query },
			extraHeaders: { cookie: page.cookie },
		});
		const tab = new Tab(socket, page);
		await connected(socket);
		return tab;
	}

	/** Adds one to this tab's counter; the answer says how far it is and which deployment counted. */
	increment(timeoutMs = 5_000): Promise<CounterAnswer> {
		const requestId = randomUUID();
		return new Promise((resolve, reject) => {
			const timer = setTimeout(() => {
				this.#answers.delete(requestId);
				reject(new Error('the counter did not answer'));
			}, timeoutMs);
			this.#answers.set(requestId, (answer) => {
				clearTimeout(timer);
				resolve(answer);
			});
			const message = { type: 'channel_message', channel: 'tab', event: 'increment', requestId };
			this.#socket.emit('message', [[[], [], [], []], message]);
		});
	}

	close(): void {
		this.#socket.disconnect();
	}
}

export interface CounterAnswer {
	readonly count: number;
	readonly deployment: string;
}

interface Directives {
	readonly query: Record<string, string>;
	readonly socketio: { readonly auth: Record<string, string>; readonly query: Record<string, string> };
}

/** What a loaded page knows, for as long as it lives. */
interface Page {
	readonly directives: Directives;
	readonly deployment: string;
	readonly cookie: string;
	readonly instance: string;
}

type Wire = [unknown, { type: string; responseTo?: string; payload?: unknown }];

function connected(socket: Socket): Promise<void> {
	return new Promise((resolve, reject) => {
		socket.once('connect', resolve);
		socket.once('connect_error', (error) => {
			socket.disconnect();
			reject(error);
		});
	});
}
