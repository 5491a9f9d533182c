import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { createRule } from '../fixtures/roll-out.ts';
import { openShop, type Shop, startingWith } from '../fixtures/shop.ts';

/** Answers with its name and what it was asked; echoes websockets; `/slow` streams; `/die` drops the connection. */
const telling = (name: string) =>
	startingWith(() => {
		const server = createServer((request, response) => {
			if (request.url === '/die') return void request.socket.destroy();
			if (request.url?.startsWith('/slow')) {
				response.write('first ');
				return void setTimeout(() => response.end('last'), 50);
			}
			response.setHeader('set-cookie', ['a=1', 'b=2']);
			response.end(
				JSON.stringify({ name, url: request.url, headers: request.headers, port: request.socket.localPort }),
			);
		});
		const sockets = new WebSocketServer({ server });
		sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(`${name}: ${data}`)));
		return server;
	});

let shop: Shop;
let one: { group: string; rule: string };
let two: { group: string; rule: string };
beforeAll(async () => {
	shop = await openShop();
	one = await shop.deploy('shop-1', telling('one'), { desired: 2 });
	two = await shop.deploy('shop-2', telling('two'));
	await shop.world.clock.sleep(60_000);
	await shop.switchTo(one.group);
});
afterAll(() => shop.close());

const ask = async (path: string, headers: Record<string, string> = {}) => {
	const response = await fetch(`${shop.origin}${path}`, { headers });
	return {
		response,
		told: (await response.json()) as { name: string; url: string; headers: Record<string, string>; port: number },
	};
};
const open = async (path: string) => {
	const socket = new WebSocket(`${shop.origin.replace('http', 'ws')}${path}`);
	await once(socket, 'open');
	return socket;
};
const say = async (socket: WebSocket, text: string) => {
	const answer = once(socket, 'message');
	socket.send(text);
	return String((await answer)[0]);
};

describe('rules', () => {
	test('query values are matched in any case, with the default action as the rest', async () => {
		expect((await ask('/x?a=1&PULSE_Deployment=Shop-2')).told.name).toBe('two');
		expect((await ask('/x?pulse_deployment=shop-3')).told.name).toBe('one');
	});

	test('a lower number wins, a wildcard in a query value matches, paths keep their case', async () => {
		const rule = await shop.aws.elb.createRule({
			ListenerArn: shop.outputs.ListenerArn,
			Priority: 5,
			Conditions: [
				{ Field: 'path-pattern', PathPatternConfig: { Values: ['/Gone/*'] } },
				{ Field: 'query-string', QueryStringConfig: { Values: [{ Key: 'pulse_deployment', Value: '*' }] } },
			],
			Actions: [
				{
					Type: 'fixed-response',
					FixedResponseConfig: { StatusCode: '410', ContentType: 'text/plain', MessageBody: 'gone' },
				},
			],
		});
		const response = await fetch(`${shop.origin}/Gone/a?pulse_deployment=shop-2`);
		expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
			410,
			'text/plain',
			'gone',
		]);
		expect((await ask('/gone/a?pulse_deployment=shop-2')).told.name).toBe('two');
		expect((await ask('/Gone/a')).told.name).toBe('one');
		await shop.aws.elb.deleteRule({ RuleArn: rule.Rules![0]!.RuleArn });
	});
});

describe('forwarding', () => {
	test('leaves the path, the query and the host as they are, and adds what a TLS listener adds', async () => {
		const { told, response } = await ask('/a%2Fb%3Fc%20d/../e?x=%2F&x=2', { 'x-forwarded-for': '9.9.9.9' });
		expect(told.url).toBe('/a%2Fb%3Fc%20d/../e?x=%2F&x=2'.replace('/a%2Fb%3Fc%20d/../e', '/e'));
		expect(told.headers).toMatchObject({
			host: shop.outputs.AlbDnsName,
			'x-forwarded-for': '9.9.9.9, 127.0.0.1',
			'x-forwarded-proto': 'https',
			'x-forwarded-port': '443',
		});
		expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
	});

	test('streams an answer while it is being written', async () => {
		const response = await fetch(`${shop.origin}/slow`);
		const chunks: string[] = [];
		for await (const chunk of response.body!) chunks.push(Buffer.from(chunk).toString());
		expect(chunks).toEqual(['first ', 'last']);
	});

	test('goes round the healthy targets', async () => {
		const ports = new Set<number>();
		for (let n = 0; n < 4; n++) ports.add((await ask('/')).told.port);
		expect(ports.size).toBe(2);
	});

	test('a target that drops the connection is a 502', async () => {
		expect((await fetch(`${shop.origin}/die`)).status).toBe(502);
	});
});

test('a sticky client stays on its task, until it visits another group', async () => {
	await shop.aws.elb.modifyTargetGroupAttributes({
		TargetGroupArn: one.group,
		Attributes: [{ Key: 'stickiness.enabled', Value: 'true' }],
	});
	const first = await ask('/');
	const cookies = first.response.headers.getSetCookie().filter((cookie) => cookie.startsWith('AWSALB'));
	expect(cookies).toHaveLength(2);
	expect(cookies[1]).toMatch(/^AWSALBCORS=.*; Path=\/; SameSite=None; Secure$/);
	const cookie = cookies[0]!.split(';')[0]!;
	for (let n = 0; n < 3; n++) expect((await ask('/', { cookie })).told.port).toBe(first.told.port);
	expect((await ask('/?pulse_deployment=shop-2', { cookie })).told.name).toBe('two');
	expect((await ask('/', { cookie: 'AWSALB=nonsense' })).response.status).toBe(200);
});

describe('websockets', () => {
	test('go where the rules send their upgrade, and stay there when the rules change', async () => {
		const socket = await open('/live?pulse_deployment=shop-2');
		expect(await say(socket, 'hello')).toBe('two: hello');
		await shop.aws.elb.deleteRule({ RuleArn: two.rule });
		expect(await say(socket, 'still')).toBe('two: still');
		const late = await open('/live?pulse_deployment=shop-2');
		expect(await say(late, 'hello')).toBe('one: hello');
		two = {
			...two,
			rule: await createRule(shop.aws, shop.outputs, { id: 'shop-2', group: two.group, priority: 101 }),
		};
		socket.close();
		late.close();
	});

	test('are cut when the deregistration delay ends, and not before', async () => {
		const socket = await open('/live?pulse_deployment=shop-2');
		const closed = once(socket, 'close');
		await shop.aws.ecs.updateService({ cluster: shop.outputs.ClusterName, service: 'shop-2', desiredCount: 0 });
		expect((await fetch(`${shop.origin}/?pulse_deployment=shop-2`)).status).toBe(503);
		await shop.world.clock.sleep(290_000);
		expect(await say(socket, 'still')).toBe('two: still');
		await shop.world.clock.sleep(20_000);
		await closed;
	});
});

test('changes take time to arrive where a world says so', async () => {
	const slow = await openShop({ balancer: { propagationMs: 5_000 } });
	try {
		const { group } = await slow.deploy('shop-1', telling('one'));
		await slow.world.clock.sleep(60_000);
		await slow.switchTo(group);
		expect((await fetch(slow.origin)).status).toBe(503);
		await slow.world.clock.sleep(5_000);
		await delay(0);
		expect((await fetch(slow.origin)).status).toBe(200);
	} finally {
		await slow.close();
	}
});
