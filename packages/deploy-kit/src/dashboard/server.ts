import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Action } from './action.ts';
import { admission, CAREFUL_HEADERS } from './door.ts';
import { EventStream } from './event-stream.ts';
import type { Feed } from './feed.ts';
import { readOrder } from './order.ts';
import type { OrderDesk } from './order-desk.ts';
import { pageFile } from './page-files.ts';
import { readJson } from './read-json.ts';
import type { Follow } from './source.ts';

export interface DashboardServerOptions {
	readonly port: number;
	readonly token: string;
	readonly feed: Feed;
	readonly desk: OrderDesk;
	/** Follows what a service writes. */
	readonly follow: Follow;
	/** Told of each change of what is being done, until the returned function is called. */
	readonly watchAction: (viewer: (action: Action) => void) => () => void;
}

export interface DashboardServer {
	readonly port: number;
	close(): Promise<void>;
}

const MOST_STREAMS = 50;

/** The page and what it asks, on this machine alone. */
export async function serveDashboard(options: DashboardServerOptions): Promise<DashboardServer> {
	const closing = new AbortController();
	const hosts: string[] = [];
	const streams = new Set<EventStream>();
	const server = createServer({ requestTimeout: 10_000, maxHeaderSize: 16_384 }, (request, response) => {
		answer(request, response).catch(() => {
			if (!response.headersSent) reply(response, 500);
			else response.destroy();
		});
	});
	const port = await listen(server, options.port);
	hosts.push(`127.0.0.1:${port}`, `localhost:${port}`);
	return {
		port,
		close: () =>
			new Promise((resolve) => {
				closing.abort();
				for (const stream of streams) stream.end();
				server.close(() => resolve());
				server.closeIdleConnections();
				setTimeout(() => server.closeAllConnections(), 500).unref();
			}),
	};

	async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const admitted = admission(request, { hosts, token: options.token });
		if (admitted === 'refused') return reply(response, 403, 'This page is served to this machine alone.');
		const url = new URL(request.url ?? '/', `http://${hosts[0]}`);
		const file = request.method === 'GET' ? await pageFile(url.pathname) : null;
		if (file !== null) {
			response.writeHead(200, { ...CAREFUL_HEADERS, 'content-type': file.type }).end(file.body);
			return;
		}
		if (admitted !== 'in') return reply(response, 401, 'Open the address that the command printed.');
		const route = `${request.method} ${url.pathname}`;
		if (route === 'GET /events') return events(response);
		if (route === 'GET /log') return log(response, url.searchParams.get('service') ?? '');
		if (request.method !== 'POST') return reply(response, 404);
		const said = await readJson(request);
		if (said === null) return reply(response, 400, 'That is no JSON of this page.');
		return reply(response, acted(route, said));
	}

	/** The status to answer with. */
	function acted(route: string, said: Readonly<Record<string, unknown>>): number {
		const { desk } = options;
		const key = String(said.key);
		if (route === 'POST /actions') {
			const order = readOrder(said);
			if (order === null) return 400;
			return desk.begin(order) ? 202 : 409;
		}
		if (route === 'POST /actions/answer') return desk.answer(key, Number(said.question), said.yes === true) ? 204 : 409;
		if (route === 'POST /actions/interrupt') return desk.interrupt(key) ? 204 : 409;
		return 404;
	}

	async function events(response: ServerResponse): Promise<void> {
		const stream = opened(response);
		if (stream === null) return;
		const { feed, desk, watchAction } = options;
		if (desk.action !== null) stream.send({ event: 'action', data: desk.action });
		const quit = [
			feed.watch((event) => stream.send(event)),
			watchAction((data) => stream.send({ event: 'action', data })),
		];
		await stream.left;
		for (const leave of quit) leave();
	}

	async function log(response: ServerResponse, service: string): Promise<void> {
		const stream = opened(response);
		if (stream === null) return;
		const gone = new AbortController();
		void stream.left.then(() => gone.abort());
		const signal = AbortSignal.any([gone.signal, closing.signal]);
		const lines = (data: readonly string[]) => stream.send({ event: 'lines', data });
		await options.follow(service, lines, signal).catch((error: unknown) => {
			if (!signal.aborted)
				stream.send({ event: 'trouble', data: error instanceof Error ? error.message : String(error) });
		});
		stream.end();
	}

	function opened(response: ServerResponse): EventStream | null {
		if (streams.size >= MOST_STREAMS || closing.signal.aborted) {
			reply(response, 503);
			return null;
		}
		const stream = new EventStream(response);
		streams.add(stream);
		void stream.left.then(() => streams.delete(stream));
		return stream;
	}
}

function listen(server: Server, port: number): Promise<number> {
	return new Promise((resolve, reject) => {
		// Also what fails later, for want of file handles for one, ends no command that is under way.
		server.on('error', reject);
		server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
	});
}

function reply(response: ServerResponse, status: number, text = ''): void {
	response.writeHead(status, { ...CAREFUL_HEADERS, 'content-type': 'text/plain; charset=utf-8' }).end(text);
}
