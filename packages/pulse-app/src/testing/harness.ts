import { pino } from 'pino';
import { io, type Socket } from 'socket.io-client';
import { onTestFinished } from 'vitest';
import { App, type AppOptions, type ListenOptions } from '../app.ts';
import type { Directives } from '../plugin.ts';
import type { ServerMessage } from '../wire/messages.ts';
import { deserialize, serialize } from '../wire/serialize.ts';

/** A listening app on a free port of this machine, closed with the test. */
export async function serve(options: Partial<AppOptions> = {}, listen: ListenOptions = {}) {
	const app = new App({ listener: (_request, response) => response.end('from the app'), ...options });
	const running = await app.listen({ port: 0, address: '127.0.0.1', logger: pino({ level: 'silent' }), ...listen });
	onTestFinished(() => running.close({ budgetMs: 0 }));
	return { app, running, url: `http://127.0.0.1:${running.port}` };
}

/** What one browser keeps: its cookie, and one page's directives. */
export class Browser {
	readonly url: string;
	cookie: string | null = null;
	directives: Directives | null = null;

	constructor(url: string) {
		this.url = url;
	}

	async fetch(path: string, init: RequestInit = {}): Promise<Response> {
		const headers = new Headers(init.headers);
		if (this.cookie !== null) headers.set('cookie', this.cookie);
		const response = await fetch(this.url + path, { ...init, headers });
		for (const cookie of response.headers.getSetCookie()) this.cookie = cookie.split(';', 1)[0] as string;
		return response;
	}

	prerender(body: object = { paths: ['/'] }, headers: Record<string, string> = {}): Promise<Response> {
		return this.fetch('/_pulse/prerender', { method: 'POST', body: JSON.stringify(body), headers });
	}

	/** Loads a page: a new render session. */
	async open(body: object = { paths: ['/'] }): Promise<Directives> {
		const answer = deserialize(await (await this.prerender(body)).json()) as { directives: Directives };
		this.directives = answer.directives;
		return answer.directives;
	}

	connect(overrides: { auth?: object; query?: object; cookie?: string | null; origin?: string } = {}): Page {
		const cookie = overrides.cookie === undefined ? this.cookie : overrides.cookie;
		const socket = io(overrides.origin ?? this.url, {
			transports: ['websocket'],
			auth: overrides.auth ?? { ...this.directives?.socketio.auth, __pulse_page_instance_id: 'page-1' },
			query: overrides.query ?? this.directives?.socketio.query ?? {},
			reconnection: false,
			forceNew: true,
			...(cookie === null ? {} : { extraHeaders: { cookie } }),
		});
		onTestFinished(() => void socket.disconnect());
		return new Page(socket);
	}
}

/** One socket and what it heard, in order. */
export class Page {
	readonly socket: Socket;
	readonly heard: ServerMessage[] = [];
	readonly #waiting: (() => void)[] = [];
	#lastId = 0;

	constructor(socket: Socket) {
		this.socket = socket;
		socket.on('message', (wire) => {
			this.heard.push(deserialize(wire) as ServerMessage);
			for (const wake of this.#waiting.splice(0)) wake();
		});
	}

	/** Resolves when connected, rejects with the code of a refusal. */
	ready(): Promise<this> {
		return new Promise((resolve, reject) => {
			if (this.socket.connected) return resolve(this);
			this.socket.once('connect', () => resolve(this));
			this.socket.once('connect_error', (error: Error & { data?: { code: string } }) =>
				reject(error.data?.code ?? error),
			);
		});
	}

	say(message: object): void {
		this.socket.emit('message', serialize(message));
	}

	/** The first message, heard already or later, that matches. */
	async hear(matches: Partial<ServerMessage> & Record<string, unknown>): Promise<ServerMessage> {
		const fits = (message: ServerMessage) =>
			Object.entries(matches).every(([key, value]) => (message as Record<string, unknown>)[key] === value);
		for (;;) {
			const found = this.heard.find(fits);
			if (found !== undefined) return found;
			await new Promise<void>((resolve) => void this.#waiting.push(resolve));
		}
	}

	async request(channel: string, event: string, payload?: unknown): Promise<unknown> {
		this.#lastId += 1;
		const requestId = `${this.socket.id}-${this.#lastId}`;
		this.say({ type: 'channel_message', channel, event, payload, requestId });
		const answer = (await this.hear({ responseTo: requestId })) as { payload?: unknown; error?: unknown };
		if (answer.error != null) throw new Error(String(answer.error));
		return answer.payload;
	}
}
