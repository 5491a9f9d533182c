import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { forwardTo } from '../forward-to.ts';

/** As Railway's edge is before a router: TLS and HTTP/1.1, and says so (docs/platform-facts/railway.md §6). */
export async function startTlsFront(folder: string, router: string): Promise<{ address: string; close(): void }> {
	const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
	const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
	const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert, ...names];
	const made = spawnSync('openssl', args, { encoding: 'utf8' });
	if (made.status !== 0) throw new Error(`no certificate: ${made.stderr}`);
	const server = createServer({ key: readFileSync(key), cert: readFileSync(cert), ALPNProtocols: ['http/1.1'] });
	forwardTo(new URL(`http://${router}`), server, ({ headers, socket }) => ({
		'x-forwarded-proto': 'https',
		'x-forwarded-host': headers.host,
		'x-real-ip': socket.remoteAddress,
	}));
	await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
	const { port } = server.address() as AddressInfo;
	return {
		address: `https://localhost:${port}`,
		close: () => {
			server.closeAllConnections();
			server.close();
		},
	};
}
