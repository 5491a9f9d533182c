import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { exchange, get, startLenientBackend, startNamedBackend } from '../../../pulse-edge/src/testing/sockets.ts';
import { CONTROL_BODY_LIMIT, handleControl } from '../control/handle.ts';
import { signControl } from '../control/sign.ts';
import { CONTROL_PATH } from '../protocol.ts';
import { openStore } from '../stores/open.ts';
import { startRouter } from './testing/router.ts';

const SECRET = 'a-control-secret';

async function controlled() {
	const store = await openStore('memory:', { prefix: 'x' });
	const backend = await startLenientBackend();
	const context = {
		store,
		secret: SECRET,
		now: () => Date.now(),
		probe: async () => ({ reachable: false as const, detail: '' }),
		reload: async () => ({ told: 0, overInMs: 0 }),
	};
	const handle = (request: Parameters<typeof handleControl>[0]) => handleControl(request, context);
	const options = { store, deployments: { v1: backend.port }, control: { handle, bodyLimit: CONTROL_BODY_LIMIT } };
	return { backend, ...(await startRouter(options)), second: await startRouter(options) };
}

function signed(method: string, params: object, at = Date.now(), secret = SECRET): string {
	const body = JSON.stringify({ method, params });
	const stamp = { timestamp: String(Math.floor(at / 1000)), nonce: randomBytes(16).toString('hex') };
	return post(body, signControl(secret, stamp, Buffer.from(body)));
}

function post(body: string, headers: Record<string, string>): string {
	const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
	return `POST ${CONTROL_PATH} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${lines.join('')}Content-Length: ${body.length}\r\n\r\n${body}`;
}

const REFUSED =
	/^HTTP\/1\.1 404 Not Found\r\ncontent-type: application\/json\r\ndate: [^\r]{29}\r\ncache-control: no-store\r\ncontent-length: 22\r\nConnection: close\r\n\r\n\{"detail":"not found"\}$/;

it('a signed request moves traffic at once', async () => {
	const { port, network, settled } = await controlled();
	network.services.set('v2', { host: '127.0.0.1', port: await startNamedBackend('v2') });
	expect(await exchange(port, signed('register', { id: 'v2', serviceName: 'v2' }))).toMatch(
		/^HTTP\/1\.1 200 .*"ok":true/s,
	);
	expect(await exchange(port, get('/?pulse_deployment=v2'))).toContain('"name":"v2"');
	expect(await exchange(port, signed('promote', { id: 'v2', serviceName: 'v2' }))).toMatch(/^HTTP\/1\.1 200 /);
	await settled();
	expect(await exchange(port, get('/'))).toContain('"name":"v2"');
});

it('everything else gets the answer of any internal path, and changes nothing', async () => {
	const { port, second, store, backend } = await controlled();
	const before = await store.snapshot();
	const promote = { id: 'evil', serviceName: 'evil' };
	const good = signed('promote', promote);
	const attempts: [string, string][] = [
		['unsigned', post('{"method":"promote"}', {})],
		['with another secret', signed('promote', promote, Date.now(), 'guess')],
		['tampered with', good.replaceAll('evil', 'live')],
		['expired', signed('promote', promote, Date.now() - 61_000)],
		['from the future', signed('promote', promote, Date.now() + 62_000)],
		['oversize', post('x'.repeat(CONTROL_BODY_LIMIT + 1), {})],
		['by GET', good.replace('POST', 'GET')],
		['with a query', good.replace(CONTROL_PATH, `${CONTROL_PATH}?x=1`)],
		['by another spelling', good.replace('_pulse', '%5fpulse')],
	];
	for (const [what, bytes] of attempts) expect(await exchange(port, bytes), what).toMatch(REFUSED);
	expect(await store.snapshot()).toEqual(before);
	const once = signed('status', { sessions: false });
	expect(await exchange(port, once)).toMatch(/^HTTP\/1\.1 200 /);
	expect(await exchange(port, once)).toMatch(REFUSED);
	// Replicas share the memory of what was used.
	expect(await exchange(second.port, once)).toMatch(REFUSED);
	expect(backend.received).toEqual([]);
});

it('without a control token the endpoint does not exist', async () => {
	const { port } = await startRouter({ active: null });
	expect(await exchange(port, signed('status', {}))).toMatch(REFUSED);
});
