import { expect, test } from 'vitest';
import { ask } from '../testing/ask.ts';
import { startEdge } from '../testing/edge.ts';
import { bodyOf, freePort, startBackend } from '../testing/sockets.ts';

async function app(status: number, body = 'well') {
	const seen: string[] = [];
	const port = await startBackend(async (request, response) => {
		seen.push(`${request.method} ${request.url} ${(await bodyOf(request)).length}`);
		response.writeHead(status, { 'content-type': 'text/html', etag: '"1"' });
		response.end(body);
	});
	const edge = await startEdge({
		deployments: { one: port, two: await freePort() },
		container: { affinity: 'tab', healthPath: '/ready?deep=1' },
	});
	return { ...edge, seen };
}

test('a deploy that asks for a version hears which one it reached (C1.16)', async () => {
	const { port, seen } = await app(200);
	const answer = await ask(port, '/_pulse/meta?pulse_deployment=one');
	expect(JSON.parse(answer.body)).toEqual({ status: 'ok', deployment_id: 'one', api_prefix: '/_pulse' });
	expect(answer.headers).toMatchObject({
		'content-type': 'application/json',
		'x-pulse-selected-deployment': 'one',
		'cache-control': 'no-store',
	});
	expect(JSON.parse((await ask(port, '/_pulse/meta')).body).deployment_id).toBe('one');
	expect(seen).toEqual(['GET /ready?deep=1 0', 'GET /ready?deep=1 0']);
	expect((await ask(port, '/_pulse/meta?pulse_deployment=two')).status).toBe(502);
	expect((await ask(port, '/_pulse/meta?pulse_deployment=none')).status).toBe(410);
	expect((await ask(port, '/_pulse/meta', { method: 'POST', body: 'x' })).status).toBe(405);
});

test.each([
	[200, 200, 200],
	[302, 200, 200],
	[404, 200, 503],
	[500, 503, 503],
])('of an app that answers %i at its health path (C1.16)', async (status, meta, health) => {
	const { port } = await app(status);
	expect((await ask(port, '/_pulse/meta')).status).toBe(meta);
	expect((await ask(port, '/_pulse/health')).status).toBe(health);
});

test('what a platform calls the app is said as well, and who asks after its health is no user of it (C1.16)', async () => {
	const { port, edge } = await startEdge({
		deployments: { one: await startBackend((_, response) => void response.end('well')) },
		container: { affinity: 'tab', healthPath: '/', meta: { deployment_name: 'prod' } },
	});
	const said = JSON.parse((await ask(port, '/_pulse/meta')).body);
	expect(said).toEqual({ status: 'ok', deployment_name: 'prod', deployment_id: 'one', api_prefix: '/_pulse' });
	await ask(port, '/_pulse/health');
	await ask(port, '/');
	const [upstream] = edge.context.upstreams.all();
	await expect.poll(() => upstream).toMatchObject({ requests: 3, inFlight: 0, probes: 2, probing: 0 });
});

test('an app that answers to its own name alone is asked for its health by that name, and for all else as the client asked (C1.16)', async () => {
	const hosts: string[] = [];
	const { port } = await startEdge({
		deployments: {
			one: await startBackend((request, response) => {
				hosts.push(`${request.headers.host} ${request.headers['x-forwarded-host']}`);
				response.statusCode = request.headers.host === 'app.example.com' ? 200 : 400;
				response.end('well');
			}),
		},
		container: { affinity: 'tab', healthPath: '/', healthHost: 'app.example.com' },
	});
	const headers = { host: '10.0.1.7:8000' };
	expect((await ask(port, '/_pulse/health', { headers })).status).toBe(200);
	expect((await ask(port, '/', { headers })).status).toBe(400);
	expect(hosts).toEqual(['app.example.com app.example.com', '10.0.1.7:8000 10.0.1.7:8000']);
});

test('of a long health page nothing is passed on (C1.16)', async () => {
	const { port } = await app(200, 'x'.repeat(3_000_000));
	expect(JSON.parse((await ask(port, '/_pulse/health')).body)).toEqual({ health: 'ok', message: 'The app answers' });
});
