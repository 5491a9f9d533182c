import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { posix } from 'node:path';

export interface Witness {
	readonly port: number;
	/** Targets that some reading of them would take for an internal path. */
	readonly leaked: string[];
	/** Requests that the router never sent, and bytes that are no request. */
	readonly smuggled: string[];
	close(): void;
}

/** Every request that the router forwards carries one of these; what is smuggled behind it does not. */
const ROUTER_REQUEST_ID = /^[0-9a-f]{8}-[0-9a-z]+$/;

/** A backend that reads what reaches it three ways: line by line, by Node's strict parser, and by its lenient one. */
export async function startWitness(): Promise<Witness> {
	const leaked: string[] = [];
	const smuggled: string[] = [];
	const parsers = [false, true].map((insecureHTTPParser) => {
		const server = createHttpServer({ insecureHTTPParser, maxHeaderSize: 131_072 }, (request, response) => {
			const ids = request.rawHeaders.filter((_, i) => request.rawHeaders[i - 1]?.toLowerCase() === 'x-request-id');
			if (ids.length !== 1 || !ROUTER_REQUEST_ID.test(ids[0]!)) smuggled.push(`${request.method} ${request.url}`);
			request.resume();
			response.end('ok');
		});
		server.on('upgrade', (request, socket) => {
			if (request.headers.upgrade !== 'websocket') smuggled.push(`upgrade ${request.url}`);
			socket.on('error', () => {});
			socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
		});
		server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
			// A client of the router's that gave up ends its request in the middle.
			if (error.code?.startsWith('HPE_') && error.code !== 'HPE_INVALID_EOF_STATE') smuggled.push(error.message);
			socket.destroy();
		});
		return server;
	});
	let connections = 0;
	const server = createServer((socket) => {
		socket.on('error', () => {});
		socket.on('data', (chunk) => {
			for (const [, target] of chunk
				.toString('latin1')
				.matchAll(/(?:^|\n)[!-~]+ +([^\r\n]*?)(?: +HTTP\/[\d.]*)?\r?\n/g)) {
				if (looksInternal(target!)) leaked.push(target!);
			}
		});
		parsers[connections++ % parsers.length]!.emit('connection', socket);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return { port: (server.address() as AddressInfo).port, leaked, smuggled, close: () => void server.close() };
}

/** An opinion of its own, by other means than the router's: the readings of a URL parser and of a file server. */
function looksInternal(target: string): boolean {
	const readings = [target, target.replaceAll('\\', '/')];
	for (let i = 0; i < 3; i++) {
		readings.push(
			...readings.map((one) =>
				one.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
			),
		);
	}
	return readings.some((reading) => {
		const path = reading.split(/[?#]/, 1)[0]!.toLowerCase();
		const url = URL.canParse(path, 'http://a') ? new URL(path, 'http://a').pathname : '';
		return [path, url, posix.normalize(path)].some((one) => /^\/+_pulse\/+internal(?:\/|$)/.test(one));
	});
}
