import { deserialize, serialize } from 'pulse-app';
import { io, type Socket } from 'socket.io-client';

interface Directives {
	readonly query: Record<string, string>;
	readonly headers: Record<string, string>;
	readonly socketio: { readonly auth: object; readonly query: Record<string, string> };
}

/** What a browser with one page does: loads it, opens its render session, and keeps to its directives. */
export class Visitor {
	readonly #url: string;
	readonly #cookies = new Map<string, string>();
	#lastId = 0;
	directives: Directives = { query: {}, headers: {}, socketio: { auth: {}, query: {} } };
	/** The HTML of its page. */
	document = '';
	/** Where its form is posted. */
	form = '';
	socket: Socket | null = null;
	/** It was told to load itself anew. */
	reload = false;

	private constructor(url: string) {
		this.#url = url;
	}

	/** `before`: the page that its browser showed before. */
	static async open(url: string, before?: Visitor): Promise<Visitor> {
		const visitor = new Visitor(url);
		if (before !== undefined) for (const [name, value] of before.#cookies) visitor.#cookies.set(name, value);
		const document = await visitor.fetch('/', { headers: { 'sec-fetch-dest': 'document' } });
		visitor.document = await document.text();
		const head = /<script type="application\/json"[^>]*>(.*?)<\/script>/.exec(visitor.document)?.[1];
		if (head === undefined) throw new Error(`no page: ${document.status}`);
		visitor.directives = JSON.parse(head) as Directives;
		const answer = await visitor.fetch('/_pulse/prerender', { method: 'POST', body: '{"paths":["/"]}' });
		const opened = deserialize(await answer.json()) as {
			directives: Directives;
			views: Record<string, { vdom: { action: string } }>;
		};
		visitor.directives = opened.directives;
		visitor.form = opened.views['/']?.vdom.action ?? '';
		return visitor;
	}

	/** Pinned as the page's own requests are. */
	async fetch(path: string, init: RequestInit = {}): Promise<Response> {
		const query = new URLSearchParams(this.directives.query).toString();
		const headers = new Headers({ ...this.directives.headers, ...(init.headers as object) });
		if (this.#cookies.size > 0) headers.set('cookie', this.#cookieLine());
		const response = await fetch(`${this.#url}${path}${query === '' ? '' : `?${query}`}`, { ...init, headers });
		for (const line of response.headers.getSetCookie()) {
			const [name = '', value = ''] = line.split(';', 1)[0]?.split(/=(.*)/s) ?? [];
			this.#cookies.set(name, value);
		}
		return response;
	}

	#cookieLine(): string {
		return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
	}

	/** Resolves once it is connected; again after `socket.disconnect()`. */
	async connect(): Promise<void> {
		this.socket ??= this.#socket();
		const { socket } = this;
		await new Promise<void>((resolve) => {
			socket.once('connect', resolve);
			socket.connect();
		});
	}

	close(): void {
		this.socket?.disconnect();
	}

	#socket(): Socket {
		const { auth, query } = this.directives.socketio;
		const socket = io(this.#url, {
			transports: ['websocket'],
			auth: { ...auth, __pulse_page_instance_id: 'page', __pulse_safe_reload: 1 },
			query,
			extraHeaders: { cookie: this.#cookieLine() },
			forceNew: true,
			autoConnect: false,
			reconnectionDelay: 50,
			reconnectionDelayMax: 200,
		});
		socket.on('message', (wire) => {
			if ((deserialize(wire) as { type: string }).type === 'reload') this.reload = true;
		});
		return socket;
	}

	/** Says what is no channel's message. */
	say(message: object): void {
		this.socket?.emit('message', serialize(message as Parameters<typeof serialize>[0]));
	}

	/** Rejects when the connection ends, or no answer comes in time. */
	request(channel: string, event: string, budgetMs = 5_000): Promise<unknown> {
		const { socket } = this;
		if (socket === null) throw new Error('not connected');
		this.#lastId += 1;
		const requestId = `r${this.#lastId}`;
		return new Promise((resolve, reject) => {
			const hear = (wire: Parameters<typeof deserialize>[0]) => {
				const message = deserialize(wire) as { responseTo?: string; payload?: unknown };
				if (message.responseTo === requestId) settle(() => resolve(message.payload));
			};
			const settle = (then: () => void) => {
				clearTimeout(timer);
				socket.off('message', hear);
				socket.off('disconnect', lost);
				then();
			};
			const lost = () => settle(() => reject(new Error('disconnected')));
			const timer = setTimeout(() => settle(() => reject(new Error('no answer'))), budgetMs);
			socket.on('message', hear);
			socket.on('disconnect', lost);
			this.say({ type: 'channel_message', channel, event, payload: null, requestId });
		});
	}
}
