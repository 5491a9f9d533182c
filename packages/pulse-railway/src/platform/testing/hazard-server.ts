import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Clock } from 'pulse-deploy-kit/clock';
import { Secret } from 'pulse-deploy-kit/secret';
import { type Connection, type ConnectionOptions, openConnection } from '../connection.ts';

export interface Received {
	readonly operation: string;
	/** Of an upload none. */
	readonly document: string;
	readonly url: string;
	readonly headers: IncomingHttpHeaders;
	readonly variables: Record<string, unknown>;
}

export type Hazard = (response: ServerResponse, received: Received, request: IncomingMessage) => void;

/** A server on loopback that misbehaves as told: answers are taken in order, the last one stays. */
export interface HazardServer {
	readonly received: Received[];
	on(operation: string, ...answers: Hazard[]): void;
	connect(options?: Partial<ConnectionOptions>): Connection;
	/** Pauses asked of the clock, milliseconds; none of them takes time. */
	readonly pauses: number[];
	close(): Promise<void>;
}

export async function startHazardServer(): Promise<HazardServer> {
	const scripts = new Map<string, Hazard[]>();
	const received: Received[] = [];
	const connections: Connection[] = [];
	const pauses: number[] = [];
	const server = createServer(async (request, response) => {
		const isUpload = request.url?.startsWith('/project/') ?? false;
		const body = isUpload ? { operationName: 'upload' } : JSON.parse(await text(request));
		const entry: Received = {
			operation: body.operationName,
			document: body.query ?? '',
			url: request.url ?? '',
			headers: request.headers,
			variables: body.variables ?? {},
		};
		received.push(entry);
		const script = scripts.get(entry.operation) ?? [];
		const answer = script.length > 1 ? script.shift() : script[0];
		if (answer === undefined) return errors(`nobody expected ${entry.operation}`)(response, entry, request);
		answer(response, entry, request);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	scripts.set('readTokenScope', [data({ projectToken: null })]);

	return {
		received,
		pauses,
		on: (operation, ...answers) => void scripts.set(operation, answers),
		connect(options = {}) {
			const connection = openConnection({
				token: new Secret('token-of-the-user'),
				endpoint: new URL(`http://127.0.0.1:${port}/graphql/v2`),
				clock: instantClock(pauses),
				random: () => 0.5,
				...options,
			});
			connections.push(connection);
			return connection;
		},
		async close() {
			await Promise.all(connections.map((connection) => connection.close()));
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

function instantClock(pauses: number[]): Clock {
	let now = 1_800_000_000_000;
	return {
		now: () => now,
		async sleep(ms, signal) {
			signal?.throwIfAborted();
			pauses.push(ms);
			now += ms;
		},
	};
}

export function data(value: unknown): Hazard {
	return json({ data: value });
}

export function errors(...messages: string[]): Hazard {
	return json({ data: null, errors: messages.map((message) => ({ message, traceId: 'trace-7' })) });
}

export function json(value: unknown, status = 200, headers: Record<string, string> = {}): Hazard {
	return reply(status, JSON.stringify(value), { 'content-type': 'application/json', ...headers });
}

export function reply(status: number, body: string, headers: Record<string, string> = {}): Hazard {
	return (response) => void response.writeHead(status, headers).end(body);
}

/** The connection breaks before any answer. */
export const dropped: Hazard = (response) => void response.socket?.destroy();

/** The connection breaks in the middle of the answer. */
export const cut: Hazard = (response) => {
	response.writeHead(200, { 'content-length': '1000' }).write('{"data":');
	setImmediate(() => response.socket?.destroy());
};

/** Never answers. */
export const silent: Hazard = () => {};
