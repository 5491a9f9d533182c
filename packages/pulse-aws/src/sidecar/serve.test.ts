import { openWire } from 'aws-world/wire/server';
import { createAwsWorld } from 'aws-world/world';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ask, DOCUMENT } from '../../../pulse-edge/src/testing/ask.ts';
import { freePort, get, rawClient, startBackend, startRawBackend } from '../../../pulse-edge/src/testing/sockets.ts';
import { OWN, startSidecar } from './testing/sidecar-process.ts';

/** Answers with what it was asked; `/slow` when the test says so, `/reset` never. */
async function app() {
	const waiting: (() => void)[] = [];
	const port = await startBackend((request, response) => {
		const { url, headers } = request;
		if (url === '/reset') return void request.socket.resetAndDestroy();
		if (url === '/slow') return void waiting.push(() => response.end('finished'));
		response.statusCode = url === '/fails' ? 500 : 200;
		response.setHeader('content-type', url === '/' ? 'text/html' : 'application/json');
		response.end(url === '/' ? '<!doctype html><head></head>' : JSON.stringify({ url, headers }));
	});
	return { port, waiting };
}

/** What the load balancer adds, behind what a client made up. */
const BALANCED = {
	'x-forwarded-for': '6.6.6.6, 203.0.113.9',
	'x-forwarded-proto': 'https',
	'x-forwarded-port': '443',
	'x-amzn-trace-id': 'Root=1',
};

describe('the sidecar as a process', () => {
	test('pins the pages of its app, and gives no answer of its own for a version that is gone (A16.1)', async () => {
		const { port } = await startSidecar((await app()).port);
		const page = await ask(port, '/', { headers: { ...DOCUMENT, ...BALANCED } });
		expect(page.body).toMatch(new RegExp(`<head><script src="/_pulse/edge/tab\\.[0-9a-f]+\\.js" data-pulse="${OWN}">`));
		expect(page.headers['set-cookie']).toEqual([`pulse_page=${OWN}; Path=/; SameSite=Lax; Secure`]);
		const part = JSON.parse((await ask(port, `/data?a=1&pulse_deployment=${OWN}`)).body);
		expect(part.url).toBe('/data?a=1');
		for (const headers of [{}, { 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'cors' }]) {
			const gone = await ask(port, '/data?pulse_deployment=older', { headers });
			expect([gone.status, gone.headers['x-pulse-stale-affinity']]).toEqual([410, '1']);
		}
		const bookmark = await ask(port, '/data?a=1&pulse_deployment=older', { headers: DOCUMENT });
		expect([bookmark.status, bookmark.headers.location]).toEqual([302, '/data?a=1']);
		expect((await ask(port, '/data', { headers: { cookie: 'pulse_page=older' } })).status).toBe(200);
	});

	test('gives the app the words of the load balancer, and nothing that a client made up (A16.2)', async () => {
		const { port } = await startSidecar((await app()).port);
		const claims = { 'x-real-ip': '6.6.6.6', 'x-forwarded-host': 'evil.test', forwarded: 'for=6.6.6.6' };
		const { headers } = JSON.parse((await ask(port, '/x', { headers: { ...BALANCED, ...claims } })).body);
		expect(headers).toMatchObject({ ...BALANCED, 'x-forwarded-host': 'app.test', host: 'app.test' });
		expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['x-real-ip']));
		expect(headers.forwarded).toBeUndefined();
	});

	test('says whose it is and how the app is; without an app it says so to people and programs, and goes on (A16.3)', async () => {
		const { port: appPort } = await app();
		const { port } = await startSidecar(appPort);
		const meta = { status: 'ok', deployment_name: 'prod', deployment_id: OWN, api_prefix: '/_pulse' };
		expect(JSON.parse((await ask(port, `/_pulse/meta?pulse_deployment=${OWN}`)).body)).toEqual(meta);
		expect((await ask(port, '/_pulse/health')).status).toBe(200);
		const failing = await startSidecar(appPort, { PULSE_EDGE_HEALTH_PATH: '/fails' });
		expect((await ask(failing.port, '/_pulse/health')).status).toBe(503);
		expect((await ask(failing.port, '/')).status).toBe(200);
		const named = await startSidecar(appPort, { PULSE_EDGE_HEALTH_HOST: 'app.example.com' });
		expect((await ask(named.port, '/_pulse/health')).status).toBe(200);
		const { port: alone, lines } = await startSidecar(await freePort());
		expect((await ask(alone, '/_pulse/health')).status).toBe(502);
		expect(JSON.parse((await ask(alone, '/data')).body)).toEqual({ detail: 'deployment unreachable' });
		const read = await ask(alone, '/', { headers: DOCUMENT });
		expect([read.status, read.headers['content-type']]).toEqual([502, 'text/html; charset=utf-8']);
		await expect.poll(() => lines.filter((line) => line.cause === 'unreachable')).toHaveLength(3);
	});

	test('writes its word as its task, by what Fargate says of it (A16.4)', async () => {
		const world = await createAwsWorld();
		onTestFinished(() => world.close());
		const task = { arn: 'arn:aws:ecs:us-east-1:123456789012:task/prod/task-1', service: {}, definition: { input: {} } };
		const wire = await openWire({ ...world.aws, findTask: () => task as never, account: '123456789012' });
		onTestFinished(() => wire.close());
		await startSidecar((await app()).port, {
			AWS_ENDPOINT_URL_SSM: wire.origin,
			ECS_CONTAINER_METADATA_URI_V4: `${wire.origin}/v4/task-1`,
			PULSE_AWS_DRAIN_POLL_SECONDS: '1',
		});
		const word = () => world.parameters.get(`/apps/prod/${OWN}/tasks/task-1`);
		await expect.poll(word, { timeout: 10_000 }).toMatchObject({ value: 'healthy' });
		expect(word()?.modifiedBy).toMatch(/task-1$/);
	});

	test('SIGTERM: takes what the load balancer still sends, finishes what it has, and ends with 0 (A16.5)', async () => {
		const { port: appPort, waiting } = await app();
		const { port, child, lines, exit } = await startSidecar(appPort, { PULSE_EDGE_STOP_SECONDS: '8' });
		const slow = rawClient(port, get('/slow'));
		await expect.poll(() => waiting).toHaveLength(1);
		child.kill('SIGTERM');
		await expect.poll(() => lines.some((line) => line.event === 'draining')).toBe(true);
		expect((await ask(port, '/late')).status).toBe(200);
		waiting[0]!();
		expect(await slow.ended()).toMatch(/finished$/);
		expect(await exit()).toBe(0);
	});

	test('nothing ends it: resets, answers that are none, a flood of tabs, no Parameter Store (A16.6)', async () => {
		const { port } = await startSidecar((await app()).port, { PULSE_AWS_DRAIN_POLL_SECONDS: '1' });
		expect((await ask(port, '/reset')).status).toBe(502);
		const nonsense = await startRawBackend((socket) => void socket.end('HTTP/9.9 no\r\n\r\n'));
		const beside = await startSidecar(nonsense.port, { PULSE_AWS_DRAIN_POLL_SECONDS: '1' });
		expect((await ask(beside.port, '/')).status).toBe(502);
		const report = (n: number) => `/_pulse/edge/tab?pulse_deployment=${OWN}&tab=abcdefgh${n}&state=visible`;
		const own = { origin: 'http://app.test', ...BALANCED };
		for (let n = 0; n < 30; n++) {
			const reports = Array.from({ length: 40 }, (_, m) =>
				ask(port, report(n * 40 + m), { method: 'POST', headers: own }),
			);
			for (const { status } of await Promise.all(reports)) expect(status).toBe(204);
		}
		const failed = () => beside.lines.filter((line) => /drain state could not be read/.test(String(line.msg)));
		await expect.poll(() => failed().length, { timeout: 10_000 }).toBeGreaterThan(0);
		expect((await ask(port, '/')).status).toBe(200);
		expect((await ask(beside.port, '/')).status).toBe(502);
	});

	test('does not start without what it must be told, and says which variable (A16.7)', async () => {
		await expect(startSidecar(8501, { PULSE_AWS_DEPLOYMENT_ID: '' })).rejects.toThrow(
			'Missing required env vars: PULSE_AWS_DEPLOYMENT_ID',
		);
		await expect(startSidecar(8501, { PULSE_EDGE_AFFINITY: 'user' })).rejects.toThrow(
			'PULSE_EDGE_AFFINITY: must be one of tab, session',
		);
		await expect(startSidecar(8501, { PULSE_EDGE_PORT: '8501' })).rejects.toThrow('cannot both listen on port 8501');
		const taken = await startBackend(() => {});
		await expect(startSidecar(8501, { PULSE_EDGE_PORT: String(taken) })).rejects.toThrow('PULSE_EDGE_PORT');
	});
});
