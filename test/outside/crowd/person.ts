import { setTimeout as delay } from 'node:timers/promises';
import { deserialize, serialize } from 'pulse-app';
import { io, type Socket } from 'socket.io-client';

interface Directives {
	readonly query: Record<string, string>;
	readonly headers: Record<string, string>;
	readonly socketio: { readonly auth: object; readonly query: Record<string, string> };
}

interface Message {
	readonly type: string;
	readonly responseTo?: string;
	readonly payload?: unknown;
	readonly error?: unknown;
	readonly within?: number;
}

interface Counted {
	readonly count: number;
	readonly deployment: string;
}

/** What went wrong for some, counted; and what all did. */
export class Tally {
	increments = 0;
	requests = 0;
	/** When pages were loaded anew, Unix milliseconds. */
	readonly loads: number[] = [];
	readonly wrong = { 'failed requests': 0, 'lost increments': 0, 'answers of another version': 0, 'lost pages': 0 };
	readonly told: string[] = [];

	fault(kind: keyof Tally['wrong'], what: string): void {
		this.wrong[kind] += 1;
		if (this.told.length < 20) this.told.push(what);
	}
}

/** A page of the counter (`examples/counter`), as its browser has it. */
interface Page {
	readonly deployment: string;
	readonly directives: Directives;
	readonly socket: Socket;
	/** In memory, on its deployment. */
	count: number;
}

/** Somebody at one page, with the official Socket.IO client: counts, asks, has something unsaved for a while, and loads anew when told. */
export class Person {
	readonly #origin: string;
	readonly #name: string;
	readonly #tally: Tally;
	readonly #waiting = new Map<string, (message: Message | null) => void>();
	#cookie = '';
	#page!: Page;
	#clicked = 0;
	#asked = 0;
	#unsaved = false;
	#told = false;
	#ended = false;

	constructor(origin: string, name: string, tally: Tally) {
		this.#origin = origin;
		this.#name = name;
		this.#tally = tally;
	}

	get deployment(): string {
		return this.#page.deployment;
	}

	async open(): Promise<void> {
		this.#told = false;
		const text = await (await this.#fetch('/', null, { headers: { 'sec-fetch-dest': 'document' } })).text();
		const head = /<script type="application\/json"[^>]*>(.*?)<\/script>/.exec(text)?.[1];
		const deployment = deploymentIn(text);
		if (head === undefined || deployment === undefined) throw new Error(`no page: ${text.slice(0, 200)}`);
		const rendered = await this.#fetch('/_pulse/prerender', JSON.parse(head) as Directives, {
			method: 'POST',
			body: '{"paths":["/"]}',
		});
		const { directives } = deserialize((await rendered.json()) as never) as { directives: Directives };
		this.#page = { deployment, directives, socket: this.#connect(directives), count: 0 };
		await this.#attached();
	}

	async live(ended: () => boolean): Promise<void> {
		// Not all in one moment.
		await delay(Math.random() * 2_000);
		while (!ended()) {
			if (this.#told && !this.#unsaved) await this.#loadAnew();
			const what = Math.random();
			if (what < 0.4) await this.#increment('visitor');
			else if (what < 0.7) await this.#increment('tab');
			else if (what < 0.9) await this.#ask();
			else await this.#write();
			await this.#pause(500 + Math.random() * 2_000);
		}
	}

	/** What its session has, at the end. */
	async settle(): Promise<void> {
		const { count } = (await this.#request('visitor', 'read')) ?? { count: Number.NaN };
		if (count !== this.#clicked)
			this.#tally.fault('lost increments', `${this.#name}: ${this.#clicked} clicks, the session has ${count}`);
	}

	leave(): void {
		this.#ended = true;
		this.#page.socket.disconnect();
	}

	/** Ends early when the page is to load anew. */
	async #pause(ms: number): Promise<void> {
		for (const until = Date.now() + ms; Date.now() < until && !(this.#told && !this.#unsaved); ) await delay(25);
	}

	async #increment(channel: 'visitor' | 'tab'): Promise<void> {
		const page = this.#page;
		const answer = await this.#request(channel, 'increment');
		if (answer === null) return;
		this.#tally.increments += 1;
		const expected = channel === 'visitor' ? ++this.#clicked : ++page.count;
		if (answer.count !== expected)
			this.#tally.fault('lost increments', `${this.#name}: ${channel} counts ${answer.count}, not ${expected}`);
		this.#isOwn(answer.deployment, page, channel);
	}

	async #ask(): Promise<void> {
		const page = this.#page;
		const response = await this.#fetch('/', page.directives, {});
		this.#isOwn(deploymentIn(await response.text()), page, 'fetch');
	}

	/** Something unsaved, for a moment: a page that has it waits. */
	async #write(): Promise<void> {
		this.#unsaved = true;
		await delay(500 + Math.random() * 2_500);
		this.#unsaved = false;
	}

	async #loadAnew(): Promise<void> {
		this.#send({ type: 'reload_state', state: 'now' });
		const { socket } = this.#page;
		this.#waiting.clear();
		this.#ended = true;
		socket.disconnect();
		this.#ended = false;
		this.#tally.loads.push(Date.now());
		await this.open();
	}

	#isOwn(by: string | undefined, { deployment }: Page, what: string): void {
		if (by !== deployment)
			this.#tally.fault('answers of another version', `${this.#name}: ${what} of ${deployment} answered by ${by}`);
	}

	/** Pinned as its page's own requests are. */
	async #fetch(path: string, directives: Directives | null, init: RequestInit): Promise<Response> {
		const query = new URLSearchParams(directives?.query).toString();
		const headers = new Headers({ ...directives?.headers, ...(init.headers as object) });
		if (this.#cookie !== '') headers.set('cookie', this.#cookie);
		const response = await fetch(`${this.#origin}${path}${query === '' ? '' : `?${query}`}`, { ...init, headers });
		this.#tally.requests += 1;
		if (!response.ok) this.#tally.fault('failed requests', `${this.#name}: ${response.status} ${path}?${query}`);
		for (const cookie of response.headers.getSetCookie()) this.#keep(cookie.split(';', 1)[0] ?? '');
		return response;
	}

	#keep(cookie: string): void {
		const name = `${cookie.split('=', 1)[0]}=`;
		const others = this.#cookie.split('; ').filter((one) => one !== '' && !one.startsWith(name));
		this.#cookie = [...others, cookie].join('; ');
	}

	#connect({ socketio }: Directives): Socket {
		const socket = io(this.#origin, {
			transports: ['websocket'],
			auth: { ...socketio.auth, __pulse_page_instance_id: 'page', __pulse_safe_reload: 1 },
			query: socketio.query,
			extraHeaders: { cookie: this.#cookie },
			forceNew: true,
			reconnectionDelay: 50,
			reconnectionDelayMax: 500,
		});
		socket.on('message', (wire) => {
			const message = deserialize(wire) as Message;
			if (message.responseTo !== undefined) this.#waiting.get(message.responseTo)?.(message);
			if (message.type !== 'reload') return;
			this.#told = true;
			if (this.#unsaved) this.#send({ type: 'reload_state', state: 'held', reason: 'something unsaved' });
		});
		socket.on('disconnect', (why) => {
			for (const [id, answer] of this.#waiting) {
				this.#waiting.delete(id);
				answer(null);
			}
			if (!this.#ended) this.#tally.fault('lost pages', `${this.#name}: its socket was closed, ${why}`);
		});
		return socket;
	}

	#attached(): Promise<void> {
		const { socket } = this.#page;
		return new Promise((resolve, reject) => {
			const timer = setTimeout(() => reject(new Error(`${this.#name}: no connection in 30 s`)), 30_000);
			socket.once('connect', () => {
				clearTimeout(timer);
				resolve();
			});
		});
	}

	#send(message: object): void {
		this.#page.socket.emit('message', serialize(message as never));
	}

	/** `null`: there was no answer, which is counted. */
	#request(channel: string, event: string): Promise<Counted | null> {
		this.#asked += 1;
		const requestId = `r${this.#asked}`;
		this.#tally.requests += 1;
		return new Promise((resolve) => {
			const timer = setTimeout(() => answer(null), 20_000);
			const answer = (message: Message | null) => {
				clearTimeout(timer);
				this.#waiting.delete(requestId);
				if (message === null || message.error != null)
					this.#tally.fault('failed requests', `${this.#name}: ${channel} ${event} got no answer`);
				resolve(message === null ? null : (message.payload as Counted));
			};
			this.#waiting.set(requestId, answer);
			this.#send({ type: 'channel_message', channel, event, payload: null, requestId });
		});
	}
}

/** The counter's page says which deployment has made it. */
function deploymentIn(page: string): string | undefined {
	return /data-deployment="([^"]*)"/.exec(page)?.[1];
}
