import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { frontDoor } from './front-door.ts';

const servers: Server[] = [];
afterEach(() => {
	for (const server of servers.splice(0)) server.close();
});

const { signal } = new AbortController();
const tellHost: RequestListener = (request, response) => response.end(`${request.headers.host} ${request.url}`);

async function portOf(server: Server): Promise<number> {
	servers.push(server);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return (server.address() as AddressInfo).port;
}

test('asks the load balancer under the name of the domain, path and query as given', async () => {
	const door = frontDoor(`127.0.0.1:${await portOf(createServer(tellHost))}`, 'app.example.com', true);
	expect(await door.get('/_pulse/meta?pulse_deployment=a-1Z', signal)).toEqual({
		status: 200,
		body: 'app.example.com /_pulse/meta?pulse_deployment=a-1Z',
		untrusted: null,
	});
});

test('does not follow a redirect, which would lead to the domain and so perhaps to another server', async () => {
	const port = await portOf(createServer((_, response) => response.writeHead(301, { location: '/x' }).end()));
	expect((await frontDoor(`127.0.0.1:${port}`, null, true).get('/', signal)).status).toBe(301);
});

test('nobody there is an error, and so is giving up', async () => {
	const port = await portOf(createServer(() => {}));
	const abort = new AbortController();
	const waiting = frontDoor(`127.0.0.1:${port}`, null, true).get('/', abort.signal);
	abort.abort(new Error('given up'));
	await expect(waiting).rejects.toThrow();
	await expect(frontDoor('127.0.0.1:1', null, true).get('/', signal)).rejects.toThrow('ECONNREFUSED');
});

test('a certificate that nobody vouches for is refused, or told of', async ({ skip }) => {
	const folder = mkdtempSync(join(tmpdir(), 'pulse-aws-tls-'));
	try {
		const args = [
			'req',
			'-x509',
			'-newkey',
			'rsa:2048',
			'-nodes',
			'-days',
			'1',
			'-subj',
			'/CN=app.example.com',
			'-keyout',
			'key.pem',
			'-out',
			'cert.pem',
		];
		try {
			execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
		} catch {
			return skip('openssl is not installed: apt-get install openssl');
		}
		const files = { key: readFileSync(join(folder, 'key.pem')), cert: readFileSync(join(folder, 'cert.pem')) };
		const port = await portOf(createTlsServer(files, tellHost));
		// Not one of the loopback names that are spoken to without TLS.
		const name = `127.0.0.1.:${port}`;
		await expect(frontDoor(name, 'app.example.com', true).get('/', signal)).rejects.toThrow('self-signed');
		const told = await frontDoor(name, 'app.example.com', false).get('/x', signal);
		expect(told).toMatchObject({ body: 'app.example.com /x', untrusted: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
	} finally {
		rmSync(folder, { recursive: true });
	}
});
