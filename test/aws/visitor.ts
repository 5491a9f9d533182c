import { randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';

export interface PageDirectives {
	readonly headers: Record<string, string>;
	readonly query: Record<string, string>;
	readonly socketio: { readonly auth: Record<string, string>; readonly query: Record<string, string> };
}

const NONE: PageDirectives = { headers: {}, query: {}, socketio: { auth: {}, query: {} } };

/** A browser with one tab: all target groups of the load balancer give it the same stickiness cookie. */
export class Visitor {
	readonly #origin: string;
	readonly #cookies = new Map<string, string>();
	readonly #page = randomUUID();
	#socket: Socket | null = null;
	directives = NONE;
	reloads = 0;

	constructor(origin: string) {
		this.#origin = origin;
	}

	/** As it is, without the page's directives. */
	async get(path: string, init: RequestInit = {}): Promise<Response> {
		const response = await fetch(this.#origin + path, {
			...init,
			headers: { ...init.headers, cookie: this.cookie() },
		});
		for (const line of response.headers.getSetCookie()) {
			const [name = '', value = ''] = line.split(';', 1)[0]?.split(/=(.*)/s) ?? [];
			this.#cookies.set(name, value);
		}
		return response;
	}

	/** From here on the load balancer gives it to any task. */
	forgetTask(): void {
		for (const name of ['AWSALB', 'AWSALBCORS']) this.#cookies.delete(name);
	}

	async load(): Promise<void> {
		const body = JSON.stringify({ paths: ['/'], routeInfo: { pathname: '/' } });
		const headers = { 'content-type': 'application/json' };
		const response = await this.get('/_pulse/prerender', { method: 'POST', headers, body });
		this.directives = ((await response.json()) as [unknown, { directives: PageDirectives }])[1].directives;
	}

	async connect(): Promise<void> {
		const { auth, query } = this.directives.socketio;
		const socket = io(this.#origin, {
			transports: ['websocket'],
			forceNew: true,
			reconnection: false,
			auth: { ...auth, __pulse_page_instance_id: this.#page },
			query,
			extraHeaders: { cookie: this.cookie() },
		});
		this.#socket = socket;
		socket.on('message', ([, message]: [unknown, { type: string }]) => {
			if (message.type === 'reload') this.reloads += 1;
		});
		await new Promise<void>((resolve, reject) => {
			socket.once('connect', resolve);
			socket.once('connect_error', reject);
		});
	}

	connected(): boolean {
		return this.#socket?.connected ?? false;
	}

	leave(): void {
		this.#socket?.disconnect();
	}

	/** What the tab counts by now. */
	async increment(): Promise<number> {
		return (await this.ask<{ count: number }>('increment')).count;
	}

	/** A request on the channel `tab`. */
	ask<Answer>(event: string): Promise<Answer> {
		const requestId = randomUUID();
		return new Promise((resolve, reject) => {
			const late = setTimeout(() => reject(new Error(`no answer to ${event}`)), 10_000);
			this.#socket?.on('message', ([, message]: [unknown, { responseTo?: string; payload?: Answer }]) => {
				if (message.responseTo !== requestId) return;
				clearTimeout(late);
				resolve(message.payload as Answer);
			});
			const message = { type: 'channel_message', channel: 'tab', event, requestId };
			this.#socket?.emit('message', [[[], [], [], []], message]);
		});
	}

	cookie(): string {
		return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
	}
}
