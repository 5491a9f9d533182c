import { request as httpRequest } from 'node:http';
import { type Agent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { isLoopback } from 'pulse-deploy-kit/loopback';
import type { FrontDoor } from './session.ts';

const TIMEOUT_MS = 10_000;
const MAX_BODY = 65_536;

/**
 * Asks the load balancer by its own name, before the domain leads there, yet under the domain's name: so rules and
 * certificate are those that visitors meet.
 * @param agent by which requests leave this machine; `null`: directly, each on a connection of its own
 * @param verifyTls refuses a certificate that is not trusted, or not of the domain
 */
export function frontDoor(
	loadBalancer: string,
	domain: string | null,
	verifyTls: boolean,
	agent: Agent | null = null,
): FrontDoor {
	return {
		get: (path, signal, only) =>
			new Promise((resolve, reject) => {
				// Where nothing stands between, no TLS is spoken.
				const local = isLoopback(loadBalancer);
				const url = new URL(path, `${local ? 'http' : 'https'}://${loadBalancer}`);
				const headers = {
					host: domain ?? loadBalancer,
					'user-agent': 'pulse-aws',
					// Each question on a connection of its own, also through a proxy: parts of a load balancer differ for a while.
					connection: 'close',
					...(only === 'head' ? { accept: 'text/html,*/*;q=0.8' } : {}),
				};
				const until = only === 'head' ? signal : AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
				const common = { headers, signal: until, agent: false };
				const request = local
					? httpRequest(url, common)
					: httpsRequest(url, {
							...common,
							agent: agent ?? false,
							servername: domain ?? loadBalancer,
							rejectUnauthorized: verifyTls,
						});
				request.on('error', reject);
				request.on('response', (response) => {
					if (only === 'head') {
						// A page may stream for ever.
						resolve({ status: response.statusCode ?? 0, body: '', untrusted: distrust(response.socket) });
						return response.destroy();
					}
					let body = '';
					response.setEncoding('utf8');
					response.on('data', (chunk: string) => {
						if (body.length < MAX_BODY) body += chunk;
					});
					response.on('error', reject);
					response.on('end', () =>
						resolve({ status: response.statusCode ?? 0, body, untrusted: distrust(response.socket) }),
					);
				});
				request.end();
			}),
	};
}

function distrust(socket: Socket): string | null {
	return socket instanceof TLSSocket && !socket.authorized ? String(socket.authorizationError) : null;
}
