import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import { destination } from '../notify/destination.ts';
import { lookAtDestination } from './look-at-notices.ts';
import { reach } from './reach.ts';

const closing: (() => void)[] = [];
afterEach(() => {
	for (const close of closing.splice(0)) close();
});
const signal = new AbortController().signal;

async function listening(server: Server): Promise<{ port: number; said: string[] }> {
	const said: string[] = [];
	const open = new Set<Socket>();
	server.on('connection', (socket) => open.add(socket));
	server.on('secureConnection', (socket: Socket) => socket.on('data', (chunk) => said.push(String(chunk))));
	closing.push(() => {
		for (const socket of open) socket.destroy();
		server.close();
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return { port: (server.address() as AddressInfo).port, said };
}

test('an address is reached by name and connection, and nothing is said there', async () => {
	const said: string[] = [];
	const server = createServer((socket) => socket.on('error', () => {}).on('data', (chunk) => said.push(String(chunk))));
	const { port } = await listening(server);
	const found = await reach(new URL(`http://localhost:${port}/secret`), signal);
	expect(found).toEqual({ addresses: expect.any(Number), secure: false });
	expect(said).toEqual([]);
});

test('a certificate that is not trusted is why it is not, by its code alone', async ({ skip }) => {
	const folder = mkdtempSync(join(tmpdir(), 'pulse-reach-'));
	closing.push(() => rmSync(folder, { recursive: true, force: true }));
	const subject = ['-subj', '/CN=localhost', '-days', '1', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
	try {
		const made = ['-keyout', 'key.pem', '-out', 'cert.pem'];
		execFileSync('openssl', ['req', '-x509', '-nodes', ...subject, ...made], { cwd: folder, stdio: 'ignore' });
	} catch {
		return skip('openssl is not installed: apt-get install openssl');
	}
	const pem = (name: string) => readFileSync(join(folder, `${name}.pem`));
	const { port } = await listening(createTlsServer({ key: pem('key'), cert: pem('cert') }));
	await expect(reach(new URL(`https://localhost:${port}/secret`), signal)).rejects.toThrow(
		/^DEPTH_ZERO_SELF_SIGNED_CERT$/,
	);
});

test('who does not answer, or is not there, is told of without the address', async () => {
	const { port } = await listening(createServer(() => {}));
	const command = new AbortController();
	const asked = reach(new URL(`https://localhost:${port}`), command.signal);
	setTimeout(() => command.abort(new Error('stopped')), 30);
	await expect(asked).rejects.toThrow();
	const server = createServer();
	const gone = await listening(server);
	await new Promise((resolve) => server.close(resolve));
	await expect(reach(new URL(`http://127.0.0.1:${gone.port}/secret`), signal)).rejects.toThrow(/^ECONNREFUSED$/);
});

test('what only the stack itself reaches is not asked from here', async () => {
	const look = (url: string, isProxied = false) => lookAtDestination(destination(url), isProxied, signal);
	expect((await look('http://hooks.railway.internal/x')).kind).toBe('elsewhere');
	expect((await look('http://127.0.0.1:1/x')).kind).toBe('elsewhere');
	expect((await look('https://hooks.invalid/x', true)).kind).toBe('elsewhere');
});
