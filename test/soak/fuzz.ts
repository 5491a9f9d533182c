import { connect } from 'node:net';
import { randomFrom } from '../../packages/pulse-edge/src/testing/random.ts';
import { createRouter } from '../../packages/pulse-railway/src/router/server.ts';
import { silentLog } from '../../packages/pulse-railway/src/router/testing/silent-log.ts';
import { openStore } from '../../packages/pulse-railway/src/stores/open.ts';
import { startWitness } from './witness.ts';

export interface FuzzResult {
	readonly sent: number;
	/** Answers by status; `none` for a connection that was closed without one. */
	readonly answers: Readonly<Record<string, number>>;
	/** Requests that were neither answered nor ended within ten seconds. */
	readonly hung: readonly string[];
	/** Targets that reached the backend and that some reading of them would take for an internal path. */
	readonly leaked: readonly string[];
	/** What reached the backend as a request of its own that the router never sent, or as no HTTP. */
	readonly smuggled: readonly string[];
	/** The router still serves after all of it. */
	readonly alive: boolean;
}

const HANG_MS = 10_000;
const PATIENCE_MS = 400;

/** Sends mutated requests to a router in this process, in front of a backend that sees what comes through. */
export async function fuzz(count: number, seed: number, parallel = 64): Promise<FuzzResult> {
	const witness = await startWitness();
	const store = await openStore('memory:', { prefix: 'fuzz' });
	await store.promote('v1', 'v1');
	const router = createRouter({
		store,
		network: { address: () => ({ host: '127.0.0.1', port: witness.port }), refresh: () => false },
		log: silentLog,
	});
	const { port } = await router.listen({ port: 0, host: '127.0.0.1' });
	const random = randomFrom(seed);
	const answers: Record<string, number> = {};
	const hung: string[] = [];
	let sent = 0;
	const worker = async () => {
		while (sent < count) {
			sent++;
			const bytes = mutated(random);
			const status = random() < 0.05 ? await reset(port, bytes) : await ask(port, bytes);
			if (status === null) hung.push(bytes.toString('latin1'));
			else answers[status] = (answers[status] ?? 0) + 1;
		}
	};
	await Promise.all(Array.from({ length: parallel }, worker));
	const alive =
		(await ask(port, Buffer.from('GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'))) === '200';
	await router.close({ budgetMs: 0 });
	await store.close();
	witness.close();
	return { sent, answers, hung, leaked: witness.leaked, smuggled: witness.smuggled, alive };
}

/** Sends and goes, so that the router meets the reset in whatever it does. */
function reset(port: number, bytes: Buffer): Promise<string> {
	return new Promise((resolve) => {
		const socket = connect({ port, host: '127.0.0.1' }, () => {
			socket.write(bytes, () => socket.resetAndDestroy());
		});
		socket.on('error', () => {});
		socket.on('close', () => resolve('reset'));
	});
}

function ask(port: number, bytes: Buffer): Promise<string | null> {
	return new Promise((resolve) => {
		const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
		let text = '';
		const end = (status: string | null) => {
			clearTimeout(timer);
			clearTimeout(patience);
			socket.destroy();
			resolve(status);
		};
		const timer = setTimeout(() => end(null), HANG_MS);
		const told = () => end(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 'none');
		socket.on('data', (chunk) => {
			text += chunk.toString('latin1');
			socket.end();
		});
		// A request that is not whole gets no answer until its client gives up; that must end it.
		const patience = setTimeout(() => socket.end(), PATIENCE_MS);
		socket.on('end', told);
		socket.on('error', told);
		socket.on('close', told);
		socket.write(bytes);
	});
}

const METHODS = ['GET', 'POST', 'PUT', 'HEAD', 'OPTIONS', 'DELETE', 'PATCH', 'TRACE', 'CONNECT', 'get', 'PROPFIND'];
const SEGMENTS = [
	'_pulse',
	'internal',
	'..',
	'.',
	'',
	'a',
	'railway',
	'control',
	'meta',
	'%2e%2e',
	'%2E',
	'_PULSE',
	'%5fpulse',
	'intern%61l',
	'%25255fpulse',
	'%u005fpulse',
	'intern%252561l',
	'..;',
	';x=1',
];
const JOINTS = ['/', '/', '/', '/', '//', '\\', '%2f', '%5c', '/./', '%252f'];
const QUERIES = [
	'',
	'?',
	'?x=1',
	'?pulse_deployment=v1',
	'?pulse_deployment=v9',
	'?pulse_deployment=%00',
	'#f',
	'?pulse_reload_on_stale_affinity=1&pulse_deployment=z',
];
const HEADERS = [
	'Host: a',
	'Host: a',
	'Host: a',
	'Content-Length: 5',
	'Content-Length: 0',
	'Transfer-Encoding: chunked',
	'Transfer-Encoding: gzip, chunked',
	'Transfer-Encoding: Chunked',
	'Content-Length: 20',
	'Connection: keep-alive',
	'Connection: content-length, transfer-encoding, host',
	'Connection: close',
	'Connection: Upgrade',
	'Upgrade: websocket',
	'Upgrade: h2c',
	'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
	'Sec-WebSocket-Version: 13',
	'Expect: 100-continue',
	'TE: trailers',
	'X-Pulse-Deployment: v1',
	'X-Pulse-Client-Loader: 1',
	'Origin: null',
	'Sec-Fetch-Dest: script',
	'Cookie: a=b',
];
const BODIES = [
	'',
	'',
	'hello',
	'5\r\nhello\r\n0\r\n\r\n',
	'0\r\n\r\n',
	'GET /_pulse/internal HTTP/1.1\r\nHost: a\r\n\r\n',
	'5;x="y"\r\nhello\r\n0\r\nX-T: 1\r\n\r\n',
	'0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n',
];
const NOISE = [
	'\r',
	'\n',
	'\0',
	' ',
	'\t',
	':',
	'\r\n',
	'\r\n ',
	';',
	',',
	'%',
	'/',
	'\x7f',
	'\xff',
	'\r\n\r\n',
	'a'.repeat(5_000),
];

function mutated(random: () => number): Buffer {
	const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
	const many = (most: number) => Math.floor(random() * (most + 1));
	let path = '';
	for (let i = many(5) + 1; i > 0; i--) path += pick(JOINTS) + pick(SEGMENTS);
	if (random() < 0.05) path = `http://a${path}`;
	const version = random() < 0.1 ? '1.0' : '1.1';
	const lines = [`${pick(METHODS)} ${path}${pick(QUERIES)} HTTP/${version}`, 'Host: a'];
	for (let i = many(5); i > 0; i--) lines.splice(1 + many(lines.length - 1), 0, pick(HEADERS));
	let text = `${lines.join('\r\n')}\r\n\r\n${pick(BODIES)}`;
	for (let i = random() < 0.5 ? 0 : many(3) + 1; i > 0; i--) {
		const at = many(text.length);
		text = text.slice(0, at) + (random() < 0.7 ? pick(NOISE) : '') + text.slice(at + many(2));
	}
	if (random() < 0.03) text = text.slice(0, many(text.length));
	return Buffer.from(text, 'latin1');
}
