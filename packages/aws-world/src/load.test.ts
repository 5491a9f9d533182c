import { Agent, createServer, request } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { scaledClock } from './clock/scaled-clock.ts';
import { openShop, type Shop, startingWith } from './fixtures/shop.ts';

let shop: Shop | undefined;
afterEach(() => shop?.close());

const echoing = (name: string) =>
	startingWith(() => {
		const server = createServer((_request, response) => response.end(name));
		new WebSocketServer({ server }).on('connection', (socket) => socket.on('message', () => socket.send(name)));
		return server;
	});

const PATIENT = { timeout: 30_000 };

test('a switch under load fails no request, loses no socket, and answers pinned ones from their own deployment', {
	timeout: 120_000,
}, async () => {
	shop = await openShop({ clock: scaledClock(20), stacks: { durationMs: 10_000 } });
	const { world, origin } = shop;
	// More than a second of this machine: where it is busy, a late answer must not look like a sick target.
	const running = { desired: 2, checks: { interval: 40, timeout: 30 } };
	const one = await shop.deploy('shop-1', echoing('one'), running);
	await expect.poll(() => shop!.states(one.group), PATIENT).toEqual(['healthy', 'healthy']);
	await shop.switchTo(one.group);

	const agent = new Agent({ keepAlive: true });
	const get = (path: string) =>
		new Promise<string>((resolve) => {
			const outgoing = request(`${origin}${path}`, { agent }, (response) => {
				let text = '';
				response.on('data', (chunk) => {
					text += chunk;
				});
				response.on('end', () => resolve(response.statusCode === 200 ? text : `status ${response.statusCode}`));
			});
			outgoing.on('error', (error) => resolve(error.message));
			outgoing.end();
		});
	const sockets = await Promise.all(
		Array.from({ length: 50 }, async () => {
			const socket = new WebSocket(`${origin.replace('http', 'ws')}/?pulse_deployment=shop-1`);
			await new Promise((resolve) => socket.once('open', resolve));
			return socket;
		}),
	);
	let lost = 0;
	for (const socket of sockets) socket.on('close', () => lost++);

	const answers = { pinned: new Set<string>(), free: new Set<string>() };
	let asked = 0;
	let over = false;
	const load = Promise.all(
		Array.from({ length: 8 }, async () => {
			while (!over) {
				answers.pinned.add(await get('/?pulse_deployment=shop-1'));
				answers.free.add(await get('/'));
				asked += 2;
			}
		}),
	);
	const two = await shop.deploy('shop-2', echoing('two'), running);
	await expect.poll(() => shop!.states(two.group), PATIENT).toEqual(['healthy', 'healthy']);
	await shop.switchTo(two.group);
	const before = asked;
	await expect.poll(() => asked, PATIENT).toBeGreaterThan(before + 200);
	over = true;
	await load;
	expect(await get('/')).toBe('two');
	expect([...answers.pinned]).toEqual(['one']);
	expect([...answers.free].sort()).toEqual(['one', 'two']);
	expect(lost).toBe(0);
	const echoed = await Promise.all(
		sockets.map((socket) => {
			const answer = new Promise((resolve) => socket.once('message', (data) => resolve(String(data))));
			socket.send('?');
			return answer;
		}),
	);
	expect(new Set(echoed)).toEqual(new Set(['one']));
	expect(world.ecs.tasks.filter((task) => task.status === 'RUNNING')).toHaveLength(4);
	for (const socket of sockets) socket.terminate();
	agent.destroy();
});
