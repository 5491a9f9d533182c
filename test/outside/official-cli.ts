import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { forwardTo } from './forward-to.ts';

export interface Answer {
	readonly status: number;
	readonly body: string;
}

/** Answers what the official CLI asks of `backboard.railway.com`. */
export type Backboard = (path: string, body: Buffer) => Answer;

export interface OfficialCli {
	run(
		args: readonly string[],
		options: { cwd: string; env?: Record<string, string> },
	): Promise<{ code: number; output: string }>;
	close(): Promise<void>;
}

/** RAILWAY_JUDGE, else `railway` on the PATH, else where cargo puts it. `null` without one, or without openssl. */
export function findOfficialCli(): string | null {
	for (const bin of [process.env.RAILWAY_JUDGE, 'railway', join(homedir(), '.cargo/bin/railway')]) {
		if (bin === undefined) continue;
		try {
			execFileSync('openssl', ['version'], { stdio: 'ignore' });
			execFileSync(bin, ['--version'], {
				stdio: 'ignore',
				env: { PATH: process.env.PATH, RAILWAY_NO_AUTO_UPDATE: '1' },
			});
			return bin;
		} catch {}
	}
	return null;
}

/**
 * The official CLI takes no other address: it is led here by HTTPS_PROXY, and trusts a certificate authority of this run.
 * A URL answers in place of Railway where it is the address of a local platform.
 */
export async function startOfficialCli(bin: string, backboard: Backboard | URL): Promise<OfficialCli> {
	const folder = mkdtempSync(join(tmpdir(), 'railway-judge-'));
	const { key, cert, ca } = certificate(folder);
	const api = createTlsServer({ key, cert });
	if (backboard instanceof URL) forwardTo(backboard, api);
	else {
		api.on('request', async (request, response) => {
			const { status, body } = backboard(request.url ?? '/', await buffer(request));
			response.writeHead(status, { 'content-type': 'application/json' }).end(body);
		});
	}
	await listen(api);
	const sockets = new Set<Socket>();
	const proxy = createServer((_request, response) => response.writeHead(403).end());
	proxy.on('connect', (request, socket: Socket) => {
		sockets.add(socket);
		socket.on('error', () => {});
		if (request.url !== 'backboard.railway.com:443') return socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
		socket.write('HTTP/1.1 200 OK\r\n\r\n');
		api.emit('connection', socket);
	});
	await listen(proxy);
	return {
		run: (args, { cwd, env = {} }) =>
			new Promise((resolve) => {
				const child = spawn(bin, args, {
					cwd,
					stdio: ['ignore', 'pipe', 'pipe'],
					env: {
						PATH: process.env.PATH,
						HOME: folder,
						HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
						SSL_CERT_FILE: ca,
						RAILWAY_NO_AUTO_UPDATE: '1',
						RAILWAY_NO_TELEMETRY: '1',
						DO_NOT_TRACK: '1',
						...env,
					},
				});
				let output = '';
				for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
				child.on('close', (code) => resolve({ code: code ?? 1, output }));
			}),
		async close() {
			for (const socket of sockets) socket.destroy();
			api.close();
			await new Promise((done) => proxy.close(done));
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

function certificate(folder: string) {
	const at = (name: string) => join(folder, name);
	const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
	const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
	openssl('req', '-x509', ...newKey, '-days', '2', '-subj', '/CN=judge', '-keyout', 'ca.key', '-out', 'ca.pem');
	openssl('req', ...newKey, '-subj', '/CN=backboard.railway.com', '-keyout', 'key.pem', '-out', 'request.pem');
	writeFileSync(at('names'), 'subjectAltName=DNS:backboard.railway.com\nbasicConstraints=CA:FALSE\n');
	const sign = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'names'];
	openssl('x509', '-req', '-in', 'request.pem', ...sign, '-out', 'cert.pem');
	return { key: readFileSync(at('key.pem')), cert: readFileSync(at('cert.pem')), ca: at('ca.pem') };
}

function listen(server: { listen(port: number, host: string, done: () => void): unknown }): Promise<void> {
	return new Promise((done) => server.listen(0, '127.0.0.1', done));
}
