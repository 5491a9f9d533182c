import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { ask, DOCUMENT } from '../testing/ask.ts';
import { startEdge, type TestEdgeOptions } from '../testing/edge.ts';
import { bodyOf, exchange, freePort, get } from '../testing/sockets.ts';
import { replicaToken, replicaWord } from '../upstream/replica-token.ts';

const SECRET = 'shared';
const PIN = 'pulse_deployment=v1';

interface TestReplica {
	readonly port: number;
	readonly token: string;
	readonly heard: { readonly path: string; readonly body: string; readonly word: string | undefined }[];
	/** Its port is closed, and every connection ends. */
	kill(): Promise<void>;
}

/** Answers with its token, on sockets, too. */
async function startReplica(): Promise<TestReplica> {
	const heard: TestReplica['heard'] = [];
	const hear = (request: IncomingMessage, body: string) => {
		heard.push({ path: request.url ?? '', body, word: request.headers['x-pulse-replica-word'] as string | undefined });
	};
	const server: Server = createServer(async (request, response) => {
		hear(request, (await bodyOf(request)).toString());
		response.end(token);
	});
	const sockets = new WebSocketServer({ server });
	sockets.on('connection', (socket, request) => {
		hear(request, '');
		socket.on('error', () => {});
		socket.send(token);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	const token = replicaToken(SECRET, { host: '127.0.0.1', port });
	const kill = async () => {
		for (const socket of sockets.clients) socket.terminate();
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	};
	onTestFinished(kill);
	return { port, token, heard, kill };
}

const at = (port: number) => ({ host: '127.0.0.1', port });

async function deployment(count: number, options: TestEdgeOptions = {}) {
	const replicas = await Promise.all(Array.from({ length: count }, startReplica));
	const started = await startEdge({ deployments: { v1: replicas[0]!.port }, replicaSecret: SECRET, ...options });
	const name = (...ports: number[]) => started.network.several.set('v1', ports.map(at));
	name(...replicas.map(({ port }) => port));
	const { port } = started;
	return {
		...started,
		name,
		replicas: replicas as [TestReplica, TestReplica, TestReplica],
		of: async (path: string, headers = {}) => (await ask(port, path, { headers })).body,
		socket: (query: string) =>
			new Promise<string>((resolve) => {
				const socket = new WebSocket(`ws://127.0.0.1:${port}/socket?${query}`);
				onTestFinished(() => socket.terminate());
				socket.on('error', () => {});
				socket.on('message', (text) => resolve(String(text)));
				socket.on('unexpected-response', (_, response) => resolve(String(response.statusCode)));
			}),
	};
}

it('new pages are spread, whatever each of them loads beside (R2.22)', async () => {
	const { of, replicas } = await deployment(3);
	const began: string[] = [];
	for (let page = 0; page < 9; page++) {
		began.push(await of('/', DOCUMENT));
		for (const part of ['/a.css', '/b.js']) await of(part, { 'sec-fetch-dest': 'style' });
	}
	for (const { token } of replicas) expect(began.filter((one) => one === token)).toHaveLength(3);
});

it('what a page asks for reaches the replica that it names, by query, header and socket (R2.22, R3.2)', async () => {
	const { of, socket, replicas, port } = await deployment(3);
	for (const { token } of replicas) {
		expect(await of(`/x?${PIN}&pulse_replica=${token}`)).toBe(token);
		expect(await of('/x', { 'x-pulse-deployment': 'v1', 'x-pulse-replica': token })).toBe(token);
		expect(await socket(`${PIN}&pulse_replica=${token}`)).toBe(token);
		const upload = await ask(port, `/x?${PIN}&pulse_replica=${token}`, { method: 'POST', body: 'x'.repeat(100_000) });
		expect(upload.body).toBe(token);
	}
	const [first, second] = replicas;
	// The query wins, as it does for the deployment (R2.1).
	expect(await of(`/x?${PIN}&pulse_replica=${first.token}`, { 'x-pulse-replica': second.token })).toBe(first.token);
});

it('a page that names no replica stays on the one that was there first (R2.22)', async () => {
	const { of, socket, name, replicas } = await deployment(3);
	const [first, second, third] = replicas;
	name(first.port);
	expect(await of(`/x?${PIN}`)).toBe(first.token);
	name(third.port, second.port, first.port);
	for (let times = 0; times < 4; times++) expect(await of(`/x?${PIN}`)).toBe(first.token);
	expect(await socket(PIN)).toBe(first.token);
	await first.kill();
	expect(await of(`/x?${PIN}`)).toBe(third.token);
	expect(await socket(PIN)).toBe(third.token);
});

it('a replica hears as which it is known, where there are several, and never from a client (R2.22)', async () => {
	const { of, name, replicas } = await deployment(2);
	const [first, second] = replicas;
	const lie = { 'x-pulse-replica-word': replicaWord(SECRET, second.token) };
	await of(`/x?${PIN}&pulse_replica=${first.token}`, lie);
	name(first.port);
	await of(`/x?${PIN}`, lie);
	expect(first.heard.map(({ word }) => word)).toEqual([replicaWord(SECRET, first.token), undefined]);
});

it('what is no token is none, and one of nobody is answered as a deployment that is gone (R2.22)', async () => {
	const { port, replicas } = await deployment(2);
	const [first] = replicas;
	const status = async (token: string) =>
		(await ask(port, `/x?${PIN}&pulse_replica=${encodeURIComponent(token)}`)).status;
	const noTokens = ['', 'x', '127.0.0.1:1', `${first.token}x`, 'é'.repeat(22), 'x'.repeat(9_000), `${first.token},`];
	for (const token of noTokens) expect(await status(token)).toBe(200);
	const foreign = replicaToken('another secret', at(first.port));
	const answers = await Promise.all([
		ask(port, `/x?${PIN}&pulse_replica=${foreign}`, { headers: { origin: 'http://o' } }),
		ask(port, `/x?${PIN}&pulse_replica=${foreign}`, { headers: DOCUMENT }),
		ask(port, `/x?pulse_replica=${foreign}`),
	]);
	expect(answers.map((answer) => [answer.status, answer.headers['x-pulse-stale-affinity']])).toEqual([
		[409, '1'],
		[302, '1'],
		// Who names no deployment has no page, so no replica either.
		[200, undefined],
	]);
	expect(answers[0]?.headers['access-control-allow-origin']).toBe('http://o');
	expect(answers[1]?.headers.location).toBe('/x');
});

it('a replica that is gone ends its own pages alone, and those who come anew do not see it (R2.22, R3.2)', async () => {
	const { of, socket, port, replicas } = await deployment(3);
	const [first, second, third] = replicas;
	await second.kill();
	for (let page = 0; page < 6; page++) expect([first.token, third.token]).toContain(await of('/', DOCUMENT));
	const sent = await ask(port, '/new', { method: 'POST', body: 'kept' });
	expect(sent.status).toBe(200);
	expect([...first.heard, ...third.heard].filter(({ path, body }) => path === '/new' && body === 'kept')).toHaveLength(
		1,
	);
	const own = `${PIN}&pulse_replica=${second.token}`;
	const gone = await ask(port, `/x?${own}`, { method: 'POST', body: 'x' });
	expect([gone.status, gone.headers['x-pulse-stale-affinity'], gone.body]).toEqual([
		409,
		'1',
		'{"detail":"stale affinity"}',
	]);
	expect(await socket(own)).toBe('409');
	// Any other one has the page load anew.
	expect(await socket(`${own}&pulse_reload_on_stale_affinity=1`)).toBe(first.token);
	expect(await of(`/x?${PIN}&pulse_replica=${third.token}`)).toBe(third.token);
});

it('where no other replica is there, a page hears of a failure, and does not lose its place (R2.22)', async () => {
	const { port, replicas, name } = await deployment(2);
	const [first] = replicas;
	name(first.port);
	await first.kill();
	expect((await ask(port, `/x?${PIN}&pulse_replica=${first.token}`)).status).toBe(502);
});

it('one to which the name leads no more serves its pages while it is there, and nobody new (R2.22)', async () => {
	const { of, name, replicas, port } = await deployment(3);
	const [first, second, third] = replicas;
	expect(await of(`/x?${PIN}&pulse_replica=${third.token}`)).toBe(third.token);
	name(first.port, second.port);
	for (let page = 0; page < 4; page++) expect(await of('/', DOCUMENT)).not.toBe(third.token);
	expect(await of(`/x?${PIN}&pulse_replica=${third.token}`)).toBe(third.token);
	await third.kill();
	expect((await ask(port, `/x?${PIN}&pulse_replica=${third.token}`)).status).toBe(409);
});

it('where none of several addresses takes a connection, the name has the last word', async () => {
	const { of, name } = await deployment(1);
	name(await freePort(), await freePort());
	expect(await of('/', DOCUMENT)).toMatch(/^[\w-]{22}$/);
	expect(await of(`/x?${PIN}`)).toMatch(/^[\w-]{22}$/);
});

it('an edge without a secret, as before there were replicas, goes where the name leads', async () => {
	const { replicas, port } = await deployment(2, { replicaSecret: '' });
	const [first, second] = replicas;
	expect(await exchange(port, get(`/x?${PIN}&pulse_replica=${second.token}`))).toContain(first.token);
	expect(first.heard.map(({ word }) => word)).toEqual([undefined]);
});
