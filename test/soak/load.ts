import { Agent, request as ask } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { EVENTS } from './app.ts';

export interface Load {
	readonly requests: number;
	readonly failed: number;
	/** Answers by a deployment that was neither asked for nor active at any moment of the request. */
	readonly wrong: number;
	readonly socketMessages: number;
	/** Sockets that ended other than by 1012, the announced handover. */
	readonly socketsLost: number;
	readonly socketsHandedOver: number;
	/** What failed, the first few. */
	readonly failures: readonly string[];
}

export interface LoadOptions {
	readonly ids: readonly string[];
	/** Where the router is now. */
	readonly port: () => number;
	readonly activeId: string;
}

/** How long after a promotion a router may still send to the one before. */
const PROMOTION_MS = 100;
const REQUESTERS = 12;
const SOCKETS = 12;

export function startLoad({ ids, port, activeId }: LoadOptions) {
	const counts = { requests: 0, failed: 0, wrong: 0, socketMessages: 0, socketsLost: 0, socketsHandedOver: 0 };
	const failures: string[] = [];
	/** Who may answer a request without affinity, until when. */
	const allowed = new Map<string, number>([[activeId, Number.POSITIVE_INFINITY]]);
	let active = activeId;
	let stopped = false;
	const agents = new Map<number, Agent>();
	const fail = (what: string) => {
		counts.failed++;
		if (failures.length < 20) failures.push(what);
	};

	const fetchText = (target: string, body?: Buffer): Promise<{ app: string; text: string }> =>
		new Promise((resolve, reject) => {
			const at = port();
			const agent = agents.get(at) ?? new Agent({ keepAlive: true });
			agents.set(at, agent);
			const sent = ask(
				{ agent, port: at, host: '127.0.0.1', path: target, method: body ? 'POST' : 'GET' },
				(response) => {
					let text = '';
					response.setEncoding('latin1');
					response.on('data', (piece) => {
						text += piece;
					});
					response.on('end', () =>
						response.statusCode === 200
							? resolve({ app: String(response.headers['x-app']), text })
							: reject(new Error(`${response.statusCode} ${text}`)),
					);
					response.on('error', reject);
				},
			);
			sent.on('error', reject);
			sent.end(body);
		});

	const upload = Buffer.alloc(200_000, 'u');
	const one = async (round: number, id: string) => {
		const startedAt = performance.now();
		counts.requests++;
		if (round % 5 === 0) {
			const { app, text } = await fetchText('/');
			const until = allowed.get(app);
			if (until === undefined || until < startedAt || text !== app) counts.wrong++;
		} else if (round % 5 === 1) {
			const { text } = await fetchText(`/events?pulse_deployment=${id}`);
			const expected = Array.from({ length: EVENTS }, (_, i) => `data: ${id} ${i + 1}\n\n`).join('');
			if (text !== expected) counts.wrong++;
		} else if (round % 5 === 2) {
			const { app, text } = await fetchText(`/up?pulse_deployment=${id}`, upload);
			if (app !== id || text.length !== upload.length) counts.wrong++;
		} else {
			const { app, text } = await fetchText(`/?pulse_deployment=${id}`);
			if (app !== id || text !== id) counts.wrong++;
		}
	};
	const requester = async (index: number) => {
		for (let round = index; !stopped; round++) {
			await one(round, ids[round % ids.length]!).catch((error) => fail(`request: ${error.message}`));
			await delay(5);
		}
	};

	/** One tab: comes back after a handover, to its own deployment. */
	const tab = async (index: number) => {
		const id = ids[index % ids.length]!;
		while (!stopped) {
			const socket = new WebSocket(`ws://127.0.0.1:${port()}/ws?pulse_deployment=${id}`);
			const ended = new Promise<number>((resolve) => {
				socket.once('close', resolve);
				socket.on('error', (error) => fail(`socket: ${error.message}`));
			});
			let sent = 0;
			const next = () => socket.send(String(++sent));
			socket.on('open', next);
			socket.on('message', (data) => {
				counts.socketMessages++;
				if (String(data) !== `${id} ${sent}`) counts.wrong++;
				if (stopped) socket.close(1000);
				else setTimeout(() => socket.readyState === WebSocket.OPEN && next(), 10);
			});
			const code = await ended;
			if (code === 1012) counts.socketsHandedOver++;
			else if (!stopped) counts.socketsLost++;
		}
	};
	const running = [
		...Array.from({ length: REQUESTERS }, (_, i) => requester(i)),
		...Array.from({ length: SOCKETS }, (_, i) => tab(i)),
	];

	return {
		activeId: () => active,
		promoting(id: string) {
			allowed.set(id, Number.POSITIVE_INFINITY);
		},
		promoted(id: string) {
			for (const other of allowed.keys()) {
				if (other !== id && allowed.get(other) === Number.POSITIVE_INFINITY)
					allowed.set(other, performance.now() + PROMOTION_MS);
			}
			active = id;
		},
		async stop(): Promise<Load> {
			stopped = true;
			await Promise.all(running);
			for (const agent of agents.values()) agent.destroy();
			return { ...counts, failures };
		},
	};
}
