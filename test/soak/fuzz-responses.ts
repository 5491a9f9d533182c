import { Agent, request } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { mutatedResponse } from '../../packages/pulse-edge/src/testing/mutated-response.ts';
import { randomFrom } from '../../packages/pulse-edge/src/testing/random.ts';
import { createRouter } from '../../packages/pulse-railway/src/router/server.ts';
import { silentLog } from '../../packages/pulse-railway/src/router/testing/silent-log.ts';
import { openStore } from '../../packages/pulse-railway/src/stores/open.ts';

export interface ResponseFuzzResult {
	readonly sent: number;
	/** Answers to the damaged requests by status; `none` for a connection that was closed without a whole one. */
	readonly answers: Readonly<Record<string, number>>;
	/** Responses after which an ordinary request on the same connections was not answered with its own answer. */
	readonly poisoned: readonly string[];
	/** What the router still counts as under way when everybody has left. */
	readonly left: number;
}

const GOOD = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-Good: yes\r\n\r\ngood';
/** A response that is not whole is ended by its backend after this long. */
const PATIENCE_MS = 15;
const HANG_MS = 10_000;

/** A backend that answers with damaged responses, and between them with good ones that must arrive as they are. */
export async function fuzzResponses(count: number, seed: number, parallel = 32): Promise<ResponseFuzzResult> {
	const random = randomFrom(seed);
	const damaged = new Map<string, Buffer>();
	const backend = createServer((socket) => answer(socket, damaged, random));
	await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
	const backendPort = (backend.address() as { port: number }).port;
	const store = await openStore('memory:', { prefix: 'fuzz' });
	await store.promote('v1', 'v1');
	const router = createRouter({
		store,
		network: { address: () => ({ host: '127.0.0.1', port: backendPort }), refresh: () => false },
		log: silentLog,
	});
	const { port } = await router.listen({ port: 0, host: '127.0.0.1' });
	const answers: Record<string, number> = {};
	const poisoned: string[] = [];
	let sent = 0;
	const client = async () => {
		const agent = new Agent({ keepAlive: true, maxSockets: 1 });
		while (sent < count) {
			const path = `/${sent++}`;
			damaged.set(path, mutatedResponse(random));
			const method = random() < 0.2 ? 'HEAD' : random() < 0.2 ? 'POST' : 'GET';
			const { status } = await ask(agent, port, path, method);
			answers[status] = (answers[status] ?? 0) + 1;
			const good = await ask(agent, port, '/good', 'GET');
			if (good.status !== '200' || good.text !== 'good') poisoned.push(damaged.get(path)!.toString('latin1'));
			damaged.delete(path);
		}
		agent.destroy();
	};
	await Promise.all(Array.from({ length: parallel }, client));
	const left = () =>
		router.context.exchanges.size + [...router.context.upstreams.all()].reduce((sum, one) => sum + one.inFlight, 0);
	for (let i = 0; i < 100 && left() > 0; i++) await new Promise((resolve) => setTimeout(resolve, 20));
	const result = { sent, answers, poisoned, left: left() };
	await router.close({ budgetMs: 0 });
	await store.close();
	backend.close();
	return result;
}

function answer(socket: Socket, damaged: ReadonlyMap<string, Buffer>, random: () => number): void {
	socket.on('error', () => {});
	socket.on('data', (chunk) => {
		const path = /^\w+ (\S+) /.exec(chunk.toString('latin1'))?.[1] ?? '';
		const bytes = damaged.get(path) ?? Buffer.from(GOOD);
		// In one write: what a backend says behind its answer at once must be seen; what it says later cannot be told apart.
		socket.write(bytes);
		if (path === '/good') return;
		const reset = random() < 0.5;
		setTimeout(() => {
			if (!reset) socket.end();
			// Node loses a socket that is reset while its end is on its way.
			else if (!socket.writableEnded) socket.resetAndDestroy();
		}, PATIENCE_MS);
	});
}

/** Node's own strict client: what it calls an answer, every client does. */
function ask(agent: Agent, port: number, path: string, method: string): Promise<{ status: string; text: string }> {
	return new Promise((resolve) => {
		const sent = request({ agent, port, host: '127.0.0.1', path, method, timeout: HANG_MS }, (response) => {
			let text = '';
			response.setEncoding('latin1');
			response.on('data', (piece) => {
				text += piece;
			});
			response.on('end', () => resolve({ status: String(response.statusCode), text }));
			response.on('error', () => resolve({ status: 'none', text }));
		});
		sent.on('timeout', () => {
			resolve({ status: 'hung', text: '' });
			sent.destroy();
		});
		sent.on('error', () => resolve({ status: 'none', text: '' }));
		sent.end();
	});
}
