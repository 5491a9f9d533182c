import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ServiceNetwork } from 'pulse-edge/upstream/network';
import { INTERNAL_TOKEN_HEADER, RELOAD_PATH, SESSIONS_PATH } from '../../protocol.ts';

export interface Backend {
	/** What the sessions endpoint answers. */
	sessions: object | 'hang' | 'refuse';
	/** How many sockets a reload tells. */
	sockets: number;
	/** How long a reload takes, where the caller names a time, as an app of today says. Default: one of before, which tells all at once. */
	overInSeconds?: number;
}

/** Apps on loopback, each on a port of its own, and the network that knows them by service name. */
export function runningBackends(token: string, log: string[]) {
	const running = new Map<string, Server>();
	const network: ServiceNetwork = {
		address: (serviceName) => {
			const address = running.get(serviceName)?.address();
			if (!address) throw new Error(`${serviceName} is not on the network`);
			return { host: '127.0.0.1', port: (address as AddressInfo).port };
		},
		refresh: () => false,
	};
	return {
		network,
		async serve(id: string, app: Backend): Promise<void> {
			const server = createServer((request, response) => {
				if (request.headers[INTERNAL_TOKEN_HEADER] !== token) return response.writeHead(403).end();
				if (app.sessions === 'refuse') return response.writeHead(502).end();
				if (request.url === SESSIONS_PATH && app.sessions !== 'hang') return response.end(JSON.stringify(app.sessions));
				if (request.url !== RELOAD_PATH || request.method !== 'POST') return;
				let body = '';
				request.setEncoding('utf8').on('data', (chunk: string) => {
					body += chunk;
				});
				request.on('end', () => {
					log.push(`reload ${id}${body === '' ? '' : ` ${body}`}`);
					const over =
						app.overInSeconds === undefined || body === '' ? {} : { reload_over_in_seconds: app.overInSeconds };
					response.end(JSON.stringify({ reloaded_socket_count: app.sockets, ...over }));
				});
			}).listen(0, '127.0.0.1');
			await new Promise((resolve) => server.once('listening', resolve));
			running.set(`svc-${id}`, server);
		},
		async stop(): Promise<void> {
			for (const server of running.values()) {
				server.closeAllConnections();
				await new Promise((resolve) => server.close(resolve));
			}
		},
	};
}
