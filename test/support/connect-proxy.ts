import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A machine's only way out, and one server behind it that goes by any of the given names. */
export interface ProxiedNetwork {
	/** `http://user:password@127.0.0.1:<port>` */
	readonly proxy: string;
	/** `CONNECT api.example.test:443`, in order. */
	readonly asked: string[];
	/** For `NODE_EXTRA_CA_CERTS`. */
	readonly certificate: string;
	/** What the proxy answers from now on instead of letting anything through; `null`: it lets everything through. */
	refuse(status: number | null): void;
	close(): Promise<void>;
}

const USER = 'builder:hunter2hunter2';

/** @param names whose TLS server the proxy leads to; `serve` answers what arrives there */
export async function openProxiedNetwork(
	names: readonly string[],
	serve: (incoming: IncomingMessage, response: ServerResponse) => void,
): Promise<ProxiedNetwork> {
	const folder = mkdtempSync(join(tmpdir(), 'pulse-proxy-'));
	const alternatives = names.map((name) => `DNS:${name}`).join(',');
	const files = ['-keyout', 'key.pem', '-out', 'cert.pem'];
	const subject = ['-subj', '/CN=a test', '-addext', `subjectAltName=${alternatives}`];
	execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', ...subject, ...files], {
		cwd: folder,
		stdio: 'ignore',
	});
	const certificate = join(folder, 'cert.pem');
	const tls = createTlsServer({ key: readFileSync(join(folder, 'key.pem')), cert: readFileSync(certificate) }, serve);
	const asked: string[] = [];
	let refusal: number | null = null;
	const expected = `Basic ${Buffer.from(USER).toString('base64')}`;
	const proxy = createServer((incoming, response) => {
		asked.push(`${incoming.method} ${incoming.url}`);
		response.writeHead(400).end();
	});
	const tlsPort = await portOf(tls);
	proxy.on('connect', (incoming: IncomingMessage, socket: Socket) => {
		asked.push(`CONNECT ${incoming.url}`);
		socket.on('error', () => {});
		const status = incoming.headers['proxy-authorization'] === expected ? refusal : 407;
		if (status !== null) return socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`);
		const onward = connect(tlsPort, '127.0.0.1', () => {
			socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
			onward.pipe(socket).pipe(onward);
		});
		onward.on('error', () => socket.destroy());
		socket.on('close', () => onward.destroy());
	});
	const port = await portOf(proxy);
	return {
		proxy: `http://${USER}@127.0.0.1:${port}`,
		asked,
		certificate,
		refuse: (status) => {
			refusal = status;
		},
		async close() {
			for (const server of [proxy, tls]) {
				server.closeAllConnections();
				server.close();
			}
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

/** Hands a request on to a server on this machine. */
export function handOn(origin: string): (incoming: IncomingMessage, response: ServerResponse) => void {
	return (incoming, response) => {
		const { host: _, ...headers } = incoming.headers;
		const onward = request(new URL(incoming.url ?? '/', origin), { method: incoming.method ?? 'GET', headers });
		onward.on('error', () => response.destroy());
		onward.on('response', (answer) => {
			response.writeHead(answer.statusCode ?? 502, answer.headers);
			answer.pipe(response);
		});
		incoming.pipe(onward);
	};
}

async function portOf(server: Server): Promise<number> {
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return (server.address() as AddressInfo).port;
}
