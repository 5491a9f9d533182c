import { createServer, type IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';

export interface ReadRequest {
	readonly method: string;
	readonly target: string;
	readonly headers: readonly string[];
	readonly body: string;
}

type Settle = (read: ReadRequest | null) => void;

/** Bytes on their way into Node's server, which has no connection here but this. */
class Wire extends Duplex {
	readonly settle: Settle;
	requests = 0;

	constructor(bytes: Buffer, settle: Settle) {
		super({ read() {}, write: (_chunk, _encoding, done) => done() });
		this.settle = settle;
		this.push(bytes);
		this.push(null);
	}
}

const server = createServer({ insecureHTTPParser: false, requireHostHeader: false, maxHeaderSize: 65_536 });
const wireOf = (request: IncomingMessage) => request.socket as unknown as Wire;
server.on('request', (request: IncomingMessage) => {
	if (wireOf(request).requests++ > 0) return wireOf(request).settle(null);
	let body = '';
	request.setEncoding('latin1');
	request.on('data', (text) => {
		body += text;
	});
	request.on('error', () => wireOf(request).settle(null));
	request.on('end', () =>
		wireOf(request).settle({ method: request.method!, target: request.url!, headers: request.rawHeaders, body }),
	);
});
// Each is another kind of request than the plain one that is asked for here.
for (const event of ['upgrade', 'connect', 'checkContinue', 'checkExpectation'])
	server.on(event, (request: IncomingMessage) => wireOf(request).settle(null));
server.on('clientError', (_error, wire) => (wire as unknown as Wire).settle(null));

/** The one request of `bytes` as Node's own server reads it, its body included; `null` when it refuses it, finds two or waits for more. */
export function readByNode(bytes: Buffer): Promise<ReadRequest | null> {
	return new Promise((resolve) => {
		const wire = new Wire(bytes, resolve);
		wire.on('error', () => {});
		wire.on('close', () => resolve(null));
		server.emit('connection', wire);
	});
}
