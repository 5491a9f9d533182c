import { type ChildProcess, fork } from 'node:child_process';
import { Agent, get } from 'node:http';
import { fileURLToPath } from 'node:url';
import { io, type Socket } from 'socket.io-client';
import { median } from '../measure.ts';
import { measurePairs } from '../pairs.ts';

/**
 * What `pulse-app` costs around an app of Express and Socket.IO (goals: 1.05 of its time, and 3 KB for each connected session
 * beyond what Socket.IO itself holds): the same app with and without it, in two processes that are asked in turn, four times a
 * second. Figures are medians of pairs.
 *
 *     npm run build && npm run bench:app [seconds for each row, default 30]
 */
const SECONDS = Number(process.argv[2] ?? 30);
const SLICE_MS = 250;
const AT_ONCE = 8;
const SESSIONS = 1_000;
const SERVER = fileURLToPath(new URL('./server.mjs', import.meta.url));

interface Running {
	readonly port: number;
	readonly process: ChildProcess;
}

const print = (line: string) => process.stdout.write(`${line}\n`);
const KINDS = ['plain', 'pulse'] as const;
const servers = [await start('plain'), await start('pulse')];
try {
	const agents = servers.map(() => new Agent({ keepAlive: true, maxSockets: AT_ONCE }));
	await compare('request, p50', (at) => request(agents[at]!, servers[at]!.port));
	for (const agent of agents) agent.destroy();
	const sockets = await Promise.all(
		servers.map(({ port }) => Promise.all(Array.from({ length: AT_ONCE }, () => own(port)))),
	);
	await compare('Socket.IO event and answer, p50', (at, n) => say(sockets[at]![n]!));
	for (const socket of sockets.flat()) socket.disconnect();
} finally {
	for (const { process } of servers) process.kill();
}
const held = [await memory('plain', own), await memory('pulse', session)];
print(
	`memory of a connected session: ${(held[1]! - held[0]!).toFixed(2)} KB beyond the ${held[0]!.toFixed(1)} KB of a Socket.IO connection`,
);

async function start(kind: (typeof KINDS)[number]): Promise<Running> {
	const env = { ...process.env, NODE_ENV: 'production' };
	const child = fork(SERVER, [kind], { env, execArgv: [] });
	const { port } = await told<{ port: number }>(child);
	return { port, process: child };
}

function told<T>(child: ChildProcess): Promise<T> {
	return new Promise((resolve, reject) => {
		child.once('message', (message) => resolve(message as T));
		child.once('exit', () => reject(new Error('the app ended')));
	});
}

/** Each pair is one slice of both, with `AT_ONCE` under way. */
async function compare(what: string, ask: (server: 0 | 1, lane: number) => Promise<void>): Promise<void> {
	const slice = async (at: 0 | 1) => {
		const times: number[] = [];
		const until = performance.now() + SLICE_MS;
		const lane = async (n: number) => {
			while (performance.now() < until) {
				const began = performance.now();
				await ask(at, n);
				times.push(performance.now() - began);
			}
		};
		await Promise.all(Array.from({ length: AT_ONCE }, (_, n) => lane(n)));
		return median(times);
	};
	const { first, times, quartiles } = await measurePairs(slice, { seconds: SECONDS, warmUp: 16 });
	const [low, high] = quartiles.map((one) => one.toFixed(3));
	print(`${what}: ${times.toFixed(3)} × (quartiles ${low} and ${high}) of ${first.toFixed(2)} ms`);
}

function request(agent: Agent, port: number): Promise<void> {
	return new Promise((resolve, reject) => {
		get({ agent, port, host: '127.0.0.1', path: '/api/orders' }, (response) => {
			response.resume().on('end', resolve);
		}).on('error', reject);
	});
}

function say(socket: Socket): Promise<void> {
	return new Promise((resolve) => socket.emit('say', { who: 'Ada', text: 'good morning' }, () => resolve()));
}

/** A connection to the app's own Socket.IO. */
function own(port: number): Promise<Socket> {
	return connected(io(`http://127.0.0.1:${port}`, { path: '/chat.io/', transports: ['websocket'], forceNew: true }));
}

/** A page's session of `pulse-app`, with its connection. */
async function session(port: number): Promise<Socket> {
	const url = `http://127.0.0.1:${port}`;
	const response = await fetch(`${url}/_pulse/prerender`, { method: 'POST', body: '{"paths":["/"]}' });
	const cookie = response.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '';
	const [, { directives }] = (await response.json()) as [unknown, { directives: { socketio: { auth: object } } }];
	const { auth } = directives.socketio;
	return connected(io(url, { transports: ['websocket'], auth, extraHeaders: { cookie }, forceNew: true }));
}

function connected(socket: Socket): Promise<Socket> {
	return new Promise((resolve) => socket.once('connect', () => resolve(socket)));
}

/** KB for each. */
async function memory(kind: (typeof KINDS)[number], open: (port: number) => Promise<Socket>): Promise<number> {
	const { port, process } = await start(kind);
	const sockets: Socket[] = [];
	const bytes = async () => {
		await new Promise((resolve) => setTimeout(resolve, 500));
		process.send('memory');
		return (await told<{ bytes: number }>(process)).bytes;
	};
	try {
		const more = async (count: number) => {
			for (let at = 0; at < count; at += 20) {
				sockets.push(...(await Promise.all(Array.from({ length: 20 }, () => open(port)))));
			}
		};
		// What the first ones bring about once.
		await more(200);
		const before = await bytes();
		await more(SESSIONS);
		return ((await bytes()) - before) / SESSIONS / 1_000;
	} finally {
		for (const socket of sockets) socket.disconnect();
		process.removeAllListeners('exit');
		process.kill();
	}
}
