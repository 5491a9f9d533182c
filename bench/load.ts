import { connect, type Socket } from 'node:net';

/** What one run of load is; sent to the load process, which answers with a {@link LoadResult}. */
export interface LoadRequest {
	/** `unread-http`: answers that the client does not read, from the first byte on. */
	readonly kind: 'http' | 'unread-http' | 'websocket' | 'idle-websockets';
	readonly port: number;
	/** Request target. */
	readonly target: string;
	/** What the request says of itself; ignored for websockets. */
	readonly head: 'browser' | 'bare';
	/** More header lines, each in place of one of its name; ignored for websockets. */
	readonly lines?: readonly string[];
	readonly connections: number;
	/** What is timed of each answer; default all of it. */
	readonly timed?: 'first-byte';
	/** Before measuring begins, milliseconds. */
	readonly warmupMs: number;
	readonly measureMs: number;
}

export interface LoadResult {
	readonly operations: number;
	readonly failures: number;
	readonly seconds: number;
	/** Milliseconds. */
	readonly p50: number;
	readonly p99: number;
}

/** Answers `begin` and `end` around the measured time, so that the parent can read the peer's CPU exactly there. */
process.on('message', async (request: LoadRequest) => {
	const run = new Run();
	const sockets = await Promise.all(Array.from({ length: request.connections }, () => start(request, run)));
	await delay(request.warmupMs);
	run.reset();
	process.send!('begin');
	const started = performance.now();
	await delay(request.measureMs);
	const seconds = (performance.now() - started) / 1000;
	process.send!({ ...run.result(), seconds } satisfies LoadResult);
	run.stopped = true;
	for (const socket of sockets) socket.destroy();
});

class Run {
	stopped = false;
	operations = 0;
	failures = 0;
	#timed = 0;
	readonly latencies = new Float64Array(2_000_000);

	/** What failed before still counts. */
	reset(): void {
		this.operations = 0;
		this.#timed = 0;
	}

	time(startedAt: number): void {
		this.latencies[this.#timed++ % this.latencies.length] = performance.now() - startedAt;
	}

	done(startedAt: number): void {
		this.operations++;
		this.time(startedAt);
	}

	result(): Omit<LoadResult, 'seconds'> {
		const sorted = this.latencies.slice(0, Math.min(this.#timed, this.latencies.length)).sort();
		const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
		return { operations: this.operations, failures: this.failures, p50: at(0.5), p99: at(0.99) };
	}
}

function start(request: LoadRequest, run: Run): Promise<Socket> {
	if (request.kind === 'unread-http') return startUnread(request);
	return request.kind === 'http' ? startHttp(request, run) : startWebSocket(request, run);
}

/** Ten headers as Chromium sends them with a `fetch` of a page. */
const BROWSER_HEAD = [
	'sec-ch-ua: "Chromium";v="140", "Not=A?Brand";v="24", "Google Chrome";v="140"',
	'sec-ch-ua-mobile: ?0',
	'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
	'Accept: application/json,text/plain;q=0.9,*/*;q=0.8',
	'Sec-Fetch-Site: same-origin',
	'Sec-Fetch-Mode: cors',
	'Referer: https://app.example.com/orders/2026/11',
	'Accept-Encoding: gzip, deflate, br, zstd',
	'Accept-Language: en-US,en;q=0.9,de;q=0.8',
	'Cookie: pulse.sid=0123456789abcdef0123456789abcdef; theme=dark; consent=1',
];

/** Answers in chunks end with these bytes, which no body here holds. */
const LAST_CHUNK = '\r\n0\r\n\r\n';

function bytesOf({ target, head, lines: more = [] }: LoadRequest): Buffer {
	const named = new Set(more.map(nameOf));
	const lines = ['Host: app.example.com', ...(head === 'browser' ? BROWSER_HEAD : [])].filter(
		(line) => !named.has(nameOf(line)),
	);
	lines.push(...more);
	return Buffer.from(`GET ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
}

function startUnread(request: LoadRequest): Promise<Socket> {
	return new Promise((resolve, reject) => {
		const socket = connect(request.port, '127.0.0.1', () => socket.write(bytesOf(request)));
		socket.on('error', reject);
		socket.once('data', () => {
			socket.pause();
			resolve(socket);
		});
	});
}

/**
 * Between two documents of which the first byte is timed. At once after each other, small ones would find the backend awake, and those
 * that take long to send would not: what differs then is the backend.
 */
const BETWEEN_PAGES_MS = 100;

/** One request after the other, no pipelining. */
function startHttp(request: LoadRequest, run: Run): Promise<Socket> {
	const { port, timed } = request;
	const bytes = bytesOf(request);
	return new Promise((resolve) => {
		const socket = connect(port, '127.0.0.1');
		let left = 0;
		let last = '';
		let startedAt = 0;
		let awaitsBody = false;
		const send = () => {
			awaitsBody = true;
			startedAt = performance.now();
			socket.write(bytes);
		};
		socket.on('connect', () => {
			resolve(socket);
			send();
		});
		socket.on('error', () => {});
		socket.on('close', () => {
			if (!run.stopped) run.failures++;
			resolve(socket);
		});
		socket.on('data', (chunk: Buffer) => {
			let ofHead = 0;
			if (left === 0) {
				const headEnd = chunk.indexOf('\r\n\r\n');
				const head = chunk.toString('latin1', 0, headEnd);
				const length = /content-length: (\d+)/i.exec(head);
				const chunked = /transfer-encoding: chunked/i.test(head);
				if (headEnd === -1 || !head.startsWith('HTTP/1.1 200') || (!length && !chunked)) {
					socket.destroy();
					return;
				}
				left = chunked ? Number.POSITIVE_INFINITY : headEnd + 4 + Number(length![1]);
				ofHead = headEnd + 4;
			}
			if (awaitsBody && chunk.length > ofHead) {
				awaitsBody = false;
				if (timed === 'first-byte') run.time(startedAt);
			}
			if (left === Number.POSITIVE_INFINITY) {
				last = (last + chunk.toString('latin1', Math.max(0, chunk.length - LAST_CHUNK.length))).slice(
					-LAST_CHUNK.length,
				);
				if (last !== LAST_CHUNK) return;
				left = 0;
				last = '';
			} else left -= chunk.length;
			if (left > 0) return;
			if (timed === 'first-byte') {
				run.operations++;
				setTimeout(send, BETWEEN_PAGES_MS);
				return;
			}
			run.done(startedAt);
			send();
		});
	});
}

function nameOf(line: string): string {
	return line.slice(0, line.indexOf(':')).toLowerCase();
}

const FRAME = Buffer.concat([Buffer.from([0x82, 0x80 | 32, 0, 0, 0, 0]), Buffer.alloc(32, 7)]);
const ECHO_LENGTH = 2 + 32;

/** One message after the other; an idle one never sends. */
function startWebSocket({ port, target, kind }: LoadRequest, run: Run): Promise<Socket> {
	return new Promise((resolve) => {
		const socket = connect(port, '127.0.0.1');
		let open = false;
		let left = ECHO_LENGTH;
		let startedAt = 0;
		const send = () => {
			startedAt = performance.now();
			socket.write(FRAME);
		};
		socket.on('connect', () =>
			socket.write(
				`GET ${target} HTTP/1.1\r\nHost: app.example.com\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
					'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nCookie: pulse.sid=0123456789abcdef\r\n\r\n',
			),
		);
		socket.on('error', () => {});
		socket.on('close', () => {
			if (!run.stopped) run.failures++;
			resolve(socket);
		});
		socket.on('data', (chunk: Buffer) => {
			if (!open) {
				open = true;
				resolve(socket);
				if (kind === 'websocket') send();
				return;
			}
			left -= chunk.length;
			if (left > 0) return;
			left = ECHO_LENGTH;
			run.done(startedAt);
			send();
		});
	});
}

function delay(ms: number): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, ms));
}
