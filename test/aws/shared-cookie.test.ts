import { randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import { afterEach, expect, test } from 'vitest';
import { deploy } from '../../packages/pulse-aws/src/commands/deploy.ts';
import type { Account } from '../../packages/pulse-aws/src/commands/testing/account.ts';
import { counterDeploy, openCounterAccount } from '../demo-aws/counter-account.ts';

let account: Account | undefined;
afterEach(async () => {
	await account?.close();
	account = undefined;
});

const SECRET = '0123456789abcdef0123456789abcdef0123456789abcdef';
const VISITORS = 8;

interface Directives {
	readonly socketio: { readonly auth: object; readonly query: Record<string, string> };
}

/** A browser with one tab: all target groups of the load balancer give it the same stickiness cookie. */
class Visitor {
	readonly #origin: string;
	readonly #cookies = new Map<string, string>();
	readonly #page = randomUUID();
	#directives: Directives | null = null;
	#socket: Socket | null = null;
	reloads = 0;

	constructor(origin: string) {
		this.#origin = origin;
	}

	async get(path: string, init: RequestInit = {}): Promise<Response> {
		const response = await fetch(this.#origin + path, {
			...init,
			headers: { ...init.headers, cookie: this.#cookie() },
		});
		for (const line of response.headers.getSetCookie()) {
			const [name = '', value = ''] = line.split(';', 1)[0]?.split(/=(.*)/s) ?? [];
			this.#cookies.set(name, value);
		}
		return response;
	}

	async load(): Promise<void> {
		const body = JSON.stringify({ paths: ['/'], routeInfo: { pathname: '/' } });
		const headers = { 'content-type': 'application/json' };
		const response = await this.get('/_pulse/prerender', { method: 'POST', headers, body });
		this.#directives = ((await response.json()) as [unknown, { directives: Directives }])[1].directives;
	}

	async connect(): Promise<void> {
		const { auth, query } = this.#directives?.socketio ?? { auth: {}, query: {} };
		const socket = io(this.#origin, {
			transports: ['websocket'],
			forceNew: true,
			reconnection: false,
			auth: { ...auth, __pulse_page_instance_id: this.#page },
			query,
			extraHeaders: { cookie: this.#cookie() },
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

	leave(): void {
		this.#socket?.disconnect();
	}

	increment(): Promise<number> {
		const requestId = randomUUID();
		return new Promise((resolve) => {
			this.#socket?.on('message', ([, message]: [unknown, { responseTo?: string; payload?: { count: number } }]) => {
				if (message.responseTo === requestId) resolve(message.payload?.count ?? -1);
			});
			const message = { type: 'channel_message', channel: 'tab', event: 'increment', requestId };
			this.#socket?.emit('message', [[[], [], [], []], message]);
		});
	}

	#cookie(): string {
		return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
	}
}

test('with two tasks, a tab whose browser met the new version finds its state again or is told to reload (P1.5)', {
	timeout: 200_000,
}, async () => {
	account = await openCounterAccount();
	const flags = { taskEnv: ['COUNTER_LABEL=x', 'COUNTER_SESSION_SECONDS=30', `PULSE_SECRET=${SECRET}`] };
	await deploy(account.connect().session, await counterDeploy('one', flags));
	const origin = await account.origin();
	const visitors = Array.from({ length: VISITORS }, () => new Visitor(origin));
	for (const visitor of visitors) {
		await visitor.load();
		await visitor.connect();
		for (const count of [1, 2, 3]) expect(await visitor.increment()).toBe(count);
		expect(visitor.reloads).toBe(0);
	}
	await deploy(account.connect().session, await counterDeploy('two', flags));
	const found = { kept: 0, reloaded: 0, silent: 0 };
	// Not in the order in which the load balancer gave them their tasks, or each would be given its own again.
	const [even, odd] = [0, 1].map((rest) => visitors.filter((_, index) => index % 2 === rest));
	for (const visitor of [...(even ?? []), ...(odd ?? [])]) {
		visitor.leave();
		await (await visitor.get('/logo.png')).text();
		await visitor.connect();
		const count = await visitor.increment();
		found[count === 4 ? 'kept' : visitor.reloads > 0 ? 'reloaded' : 'silent'] += 1;
		visitor.leave();
	}
	process.stdout.write(`Tabs that came back with another version's cookie: ${JSON.stringify(found)}\n`);
	expect(found).toMatchObject({ silent: 0 });
	expect(found.reloaded).toBeGreaterThan(0);
	expect(found.kept + found.reloaded).toBe(VISITORS);
});
