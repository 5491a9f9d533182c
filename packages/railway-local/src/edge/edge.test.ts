import { once } from 'node:events';
import { request } from 'node:http';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import {
	client,
	createDomain,
	createService,
	createStack,
	deployFiles,
	reaches,
	SERVER,
	SERVER_SETTINGS,
	startPlatform,
} from '../testing/harness.ts';

async function service(files: Readonly<Record<string, string>>, settings: object = SERVER_SETTINGS) {
	const api = client(await startPlatform());
	const stack = await createStack(api);
	const id = await createService(api, stack, 'web', settings);
	const address = await createDomain(api, stack, id);
	await reaches(api, await deployFiles(api, stack, id, files), 'SUCCESS');
	return address;
}

test("the edge sets its own headers, and a client's of the same name do not get through", async () => {
	const address = await service(SERVER('x'));
	const headers = (await (
		await fetch(`${address}/headers`, {
			headers: { 'x-real-ip': '6.6.6.6', 'x-forwarded-proto': 'gopher', 'x-mine': 'kept' },
		})
	).json()) as Record<string, string>;
	expect(headers).toMatchObject({ 'x-real-ip': '127.0.0.1', 'x-forwarded-proto': 'http', 'x-mine': 'kept' });
	expect(headers['x-forwarded-host']).toBe(new URL(address).host);
	expect(headers.host).toBe(new URL(address).host);
	expect(Number(headers['x-request-start'])).toBeGreaterThan(0);
	expect(headers['x-railway-edge']).toBeTruthy();
	expect(headers['x-railway-request-id']).toBeTruthy();
});

test('bodies stream both ways, the chunked body of a DELETE included', async () => {
	const address = await service({
		'server.mjs': `import { createServer } from 'node:http';
createServer((request, response) => { if (request.url === '/health') return response.end(); response.flushHeaders(); request.pipe(response); }).listen(process.env.PORT);`,
	});
	const sent = request(`${address}/echo`, { method: 'DELETE', headers: { 'transfer-encoding': 'chunked' } });
	sent.write('one');
	const [answer] = await once(sent, 'response');
	expect(String((await once(answer, 'data'))[0])).toBe('one');
	sent.end('two');
	expect(String((await once(answer, 'data'))[0])).toBe('two');
});

const ECHO_SOCKETS = {
	'server.mjs': `import { WebSocketServer } from ${JSON.stringify(import.meta.resolve('ws'))};
import { createServer } from 'node:http';
const server = createServer((_, response) => response.end()).listen(process.env.PORT);
new WebSocketServer({ server, handleProtocols: () => 'b' }).on('connection', (socket) => socket.on('message', (data) => { socket.send('echo ' + data); socket.close(4001, 'bye'); }));`,
};

test('websockets pass through, subprotocol and close code included', async () => {
	const address = await service(ECHO_SOCKETS);
	const socket = new WebSocket(`${address.replace('http', 'ws')}/live?x=1`, ['a', 'b']);
	await once(socket, 'open');
	expect(socket.protocol).toBe('b');
	const closed = once(socket, 'close');
	socket.send('hi');
	expect(String((await once(socket, 'message'))[0])).toBe('echo hi');
	const [code, reason] = await closed;
	expect([code, String(reason)]).toEqual([4001, 'bye']);
});

test('the platform stops while browsers are connected', async () => {
	const platform = await startPlatform();
	const api = client(platform);
	const stack = await createStack(api);
	const id = await createService(api, stack, 'web', SERVER_SETTINGS);
	const address = await createDomain(api, stack, id);
	await reaches(api, await deployFiles(api, stack, id, ECHO_SOCKETS), 'SUCCESS');
	const socket = new WebSocket(address.replace('http', 'ws'), ['b']);
	await once(socket, 'open');
	const closed = once(socket, 'close');
	await Promise.all([platform.close(), closed]);
	expect(socket.readyState).toBe(WebSocket.CLOSED);
});

test('nothing deployed is 404 as JSON, a service that does not answer is 502', async () => {
	const api = client(await startPlatform());
	const stack = await createStack(api);
	const id = await createService(api, stack, 'web', { startCommand: 'sleep 60' });
	const address = await createDomain(api, stack, id);
	const none = await fetch(address);
	expect([none.status, ((await none.json()) as { message: string }).message]).toEqual([404, 'Application not found']);
	await reaches(api, await deployFiles(api, stack, id, { 'a.txt': '' }), 'SUCCESS');
	const down = await fetch(address, { method: 'POST', body: 'x' });
	expect([down.status, await down.text()]).toEqual([502, expect.stringContaining('Application failed to respond')]);
	const socket = new WebSocket(address.replace('http', 'ws'));
	const [error] = await once(socket, 'error');
	expect(String(error)).toContain('502');
});
