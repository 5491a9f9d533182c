import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../test/support/free-port.ts';
import { type Peer, type PeerSetup, startProgram } from './peer.ts';

/** One thread, kept connections, forwarding headers. */
export async function startHaproxy({ backendPort, folder }: PeerSetup): Promise<Peer> {
	const port = await freePort();
	const home = join(folder, 'haproxy');
	mkdirSync(home, { recursive: true });
	const file = join(home, 'haproxy.cfg');
	writeFileSync(
		file,
		`global
	nbthread 1
	maxconn 8000
defaults
	mode http
	timeout connect 30s
	timeout client 300s
	timeout server 300s
	timeout tunnel 1h
	option forwardfor
	http-reuse always
frontend in
	bind 127.0.0.1:${port}
	http-request set-header X-Forwarded-Proto http
	http-request set-header X-Forwarded-Host %[req.hdr(host)]
	unique-id-format %{+X}o\\ %ci:%cp_%fi:%fp_%Ts_%rt:%pid
	unique-id-header X-Request-Id
	default_backend app
backend app
	server app 127.0.0.1:${backendPort} maxconn 8000 pool-max-conn 512
`,
	);
	return startProgram('haproxy', port, 'haproxy', ['-db', '-f', file]);
}
