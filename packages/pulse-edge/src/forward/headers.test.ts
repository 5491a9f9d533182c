import { describe, expect, it } from 'vitest';
import { edgeDefaults, startEdge } from '../testing/edge.ts';
import { exchange, get, startRawBackend } from '../testing/sockets.ts';

/** A backend that answers every request with exactly this. */
async function answering(response: string) {
	const backend = await startRawBackend((socket, received) => {
		if (received.endsWith('\r\n\r\n')) socket.write(response, 'latin1');
	});
	const { port } = await startEdge({ deployments: { v1: backend.port } });
	return { backend, port };
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';

async function forwarded(headers: readonly string[], method = 'GET'): Promise<string[]> {
	const { backend, port } = await answering(OK);
	await exchange(port, get('/', headers, method));
	return backend.received[0]!.split('\r\n').slice(1, -2);
}

describe('request headers', () => {
	it('keep case, order and duplicates, bytes beyond ASCII included', async () => {
		const sent = [
			'X-ODD-case: A',
			'cookie: a=1',
			'x-dup: 1',
			'Accept-Encoding: br',
			'x-dup: 2',
			'X-Latin: caf\xe9',
			'Origin: http://o',
		];
		const got = await forwarded(sent);
		expect(got.filter((line) => sent.includes(line))).toEqual(sent);
	});

	it('keep the host that the client asked for', async () => {
		expect(await forwarded([])).toContain('Host: app.test');
	});

	if (edgeDefaults.nodeInternals)
		it('lose what concerns one hop, and what Connection names (R2.10)', async () => {
			const got = await forwarded([
				'Keep-Alive: timeout=5',
				'Proxy-Connection: keep-alive',
				'Proxy-Authorization: x',
				'TE: gzip',
				'Upgrade: h2c',
				'HTTP2-Settings: AAMAAABk',
				'Connection: close, X-Private, Upgrade',
				'X-Private: 1',
			]);
			const names = got.map((line) => line.split(':')[0]!.toLowerCase());
			for (const gone of [
				'keep-alive',
				'proxy-connection',
				'proxy-authorization',
				'te',
				'upgrade',
				'connection',
				'x-private',
				'http2-settings',
			]) {
				expect(names).not.toContain(gone);
			}
		});

	it('cannot be stripped by naming them in Connection', async () => {
		const kept = [
			'Authorization: Bearer x',
			'Cookie: s=1',
			'X-Real-IP: 9.9.9.9',
			'X-Pulse-Railway-Internal-Token: t',
			'Origin: http://o',
		];
		const got = await forwarded([
			...kept,
			'Connection: authorization, cookie, x-real-ip, x-forwarded-for, x-pulse-railway-internal-token, origin, host',
		]);
		for (const line of kept) expect(got).toContain(line);
		expect(got.some((line) => line.startsWith('X-Forwarded-For:'))).toBe(true);
		expect(got).toContain('Host: app.test');
	});

	it('say whom they come from: appended to what a neighbour on a private address said', async () => {
		const got = await forwarded([
			'X-Forwarded-For: 1.2.3.4',
			'X-Forwarded-Proto: https',
			'X-Forwarded-Host: public.test',
			'X-Real-IP: 1.2.3.4',
		]);
		expect(got).toContain('X-Forwarded-For: 1.2.3.4, 127.0.0.1');
		expect(got).toContain('X-Forwarded-Proto: https');
		expect(got).toContain('X-Forwarded-Host: public.test');
		expect(got).toContain('X-Real-IP: 1.2.3.4');
	});

	it('end with what the edge knows, whatever a client says of itself', async () => {
		const got = await forwarded(['X-Forwarded-For: 10.0.0.1', 'X-Real-IP: 9.9.9.9']);
		expect(got).toContain('X-Forwarded-For: 10.0.0.1, 9.9.9.9, 127.0.0.1');
	});

	it('say whom they come from when nobody said it before', async () => {
		const got = await forwarded([]);
		expect(got).toContain('X-Forwarded-For: 127.0.0.1');
		expect(got).toContain('X-Forwarded-Proto: http');
		expect(got).toContain('X-Forwarded-Host: app.test');
	});

	it('gain no body headers where there is no body', async () => {
		const got = (await forwarded([])).join('\n').toLowerCase();
		expect(got).not.toContain('content-length');
		expect(got).not.toContain('transfer-encoding');
		expect(await forwarded(['Content-Length: 0'], 'POST')).toContain('Content-Length: 0');
	});

	it("carry an id: their own, or the edge's, or a new one", async () => {
		expect(await forwarded(['X-Request-Id: mine'])).toContain('X-Request-Id: mine');
		expect(await forwarded(['X-Railway-Request-Id: edge'])).toContain('x-request-id: edge');
		expect((await forwarded([])).some((line) => /^x-request-id: [0-9a-f]{8}-0$/.test(line))).toBe(true);
	});
});

describe('response headers', () => {
	it('keep status line, case, order and duplicates, and gain the deployment alone (R2.3)', async () => {
		const head =
			'HTTP/1.1 299 Quite Odd\r\nSet-Cookie: a=1\r\nX-Case: y\r\nset-cookie: b=2\r\nContent-Encoding: br\r\nContent-Length: 2';
		const { port } = await answering(`${head}\r\n\r\nxx`);
		expect(await exchange(port, get('/'))).toBe(
			`${head}\r\nx-pulse-selected-deployment: v1\r\nConnection: close\r\n\r\nxx`,
		);
	});

	if (edgeDefaults.nodeInternals)
		it('lose what concerns one hop, and what Connection names, but never what protects the page (R2.11)', async () => {
			const { port } = await answering(
				'HTTP/1.1 200 OK\r\nConnection: keep-alive, X-Hop, Set-Cookie, Content-Security-Policy\r\nX-Hop: 1\r\nKeep-Alive: timeout=9\r\n' +
					'Set-Cookie: a=1\r\nContent-Security-Policy: default-src x\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n',
			);
			const answer = await exchange(port, get('/'));
			expect(answer).not.toMatch(/X-Hop|timeout=9|Proxy-Authenticate/i);
			expect(answer).toMatch(/Set-Cookie: a=1\r\nContent-Security-Policy: default-src x/);
		});

	it('a backend cannot claim to be another deployment', async () => {
		const { port } = await answering('HTTP/1.1 200 OK\r\nX-Pulse-Selected-Deployment: v9\r\nContent-Length: 0\r\n\r\n');
		expect(await exchange(port, get('/'))).not.toContain('v9');
	});

	it('redirects are passed on, never followed (R2.3)', async () => {
		const { port, backend } = await answering(
			'HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n',
		);
		expect(await exchange(port, get('/'))).toMatch(/^HTTP\/1\.1 302 Found\r\nLocation: \/elsewhere\r\n/);
		expect(backend.received).toHaveLength(1);
	});
});
