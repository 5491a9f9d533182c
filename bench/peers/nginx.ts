import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../test/support/free-port.ts';
import { type Peer, type PeerSetup, startProgram } from './peer.ts';

/** As one would run it in front of an app with websockets: kept connections, forwarding headers. */
export async function startNginx({
	backendPort,
	folder,
	workers = 1,
}: PeerSetup & { workers?: number }): Promise<Peer> {
	const port = await freePort();
	const home = join(folder, 'nginx');
	mkdirSync(home, { recursive: true });
	const file = join(home, 'nginx.conf');
	writeFileSync(
		file,
		`daemon off; worker_processes ${workers}; pid ${home}/pid; error_log ${home}/error.log;
events { worker_connections 10000; }
http {
	access_log off;
	client_body_temp_path ${home}/body; proxy_temp_path ${home}/proxy; fastcgi_temp_path ${home}/f; uwsgi_temp_path ${home}/u; scgi_temp_path ${home}/s;
	keepalive_requests 1000000000;
	map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
	upstream app { server 127.0.0.1:${backendPort}; keepalive 256; keepalive_requests 1000000000; }
	server {
		listen 127.0.0.1:${port};
		location / {
			proxy_pass http://app;
			proxy_http_version 1.1;
			proxy_buffering off;
			proxy_request_buffering off;
			proxy_read_timeout 300s;
			proxy_set_header Host $host;
			proxy_set_header Upgrade $http_upgrade;
			proxy_set_header Connection $connection_upgrade;
			proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
			proxy_set_header X-Forwarded-Proto $scheme;
			proxy_set_header X-Forwarded-Host $host;
			proxy_set_header X-Request-Id $request_id;
		}
	}
}
`,
	);
	return startProgram('nginx', port, 'nginx', ['-c', file, '-p', home, '-e', join(home, 'error.log')]);
}
