import { Resolver } from 'node:dns/promises';
import { request as httpRequest } from 'node:http';
import { type Agent, request as httpsRequest } from 'node:https';
import { lookAtDestination } from 'pulse-deploy-kit/doctor/look-at-notices';
import { HANDSHAKE_HEADERS } from 'pulse-deploy-kit/doctor/socket-check';
import { isLoopback } from 'pulse-deploy-kit/loopback';
import type { CaaRecord, Visit } from './session.ts';

const TIMEOUT_MS = 10_000;

/**
 * @param agent by which requests leave this machine; `null`: directly
 * @param nameServers default: those of this machine
 */
export function openVisit(agent: Agent | null, nameServers?: readonly string[]): Visit {
	return {
		socket: (host, domain, path, signal) =>
			new Promise((resolve, reject) => {
				const local = isLoopback(host);
				const url = new URL(path, `${local ? 'http' : 'https'}://${host}`);
				const name = domain ?? host;
				const origin = `${url.protocol}//${name}`;
				const headers = { ...HANDSHAKE_HEADERS, host: name, origin, connection: 'Upgrade', upgrade: 'websocket' };
				const common = { headers, signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]), agent: false };
				// Whether the certificate is trusted is a check of its own.
				const secure = { ...common, agent: agent ?? false, servername: name, rejectUnauthorized: false };
				const request = local ? httpRequest(url, common) : httpsRequest(url, secure);
				request.on('error', reject);
				request.on('response', (response) => {
					resolve(response.statusCode ?? 0);
					response.destroy();
				});
				request.on('upgrade', (response, socket) => {
					resolve(response.statusCode ?? 0);
					socket.on('error', () => {}).destroy();
				});
				request.end();
			}),
		notices: (destination, signal) => lookAtDestination(destination, agent !== null, signal),
		async caa(domain, signal) {
			const resolver = new Resolver({ timeout: 3000, tries: 2 });
			if (nameServers !== undefined) resolver.setServers(nameServers);
			const stop = () => resolver.cancel();
			signal.addEventListener('abort', stop, { once: true });
			try {
				for (let name = domain; name.includes('.'); name = name.slice(name.indexOf('.') + 1)) {
					const found = await recordsOf(resolver, name);
					signal.throwIfAborted();
					if (found.length > 0) return found;
				}
				return [];
			} finally {
				signal.removeEventListener('abort', stop);
			}
		},
	};
}

/** None is no error; a name server that does not answer is one. */
async function recordsOf(resolver: Resolver, name: string): Promise<CaaRecord[]> {
	const found = await resolver.resolveCaa(name).catch((error: NodeJS.ErrnoException) => {
		if (error.code === 'ENODATA' || error.code === 'ENOTFOUND') return [];
		throw error;
	});
	const authority = (value: string) => (value.split(';')[0] ?? '').trim().toLowerCase();
	return found.flatMap(({ issue, issuewild }): CaaRecord[] => [
		...(issue === undefined ? [] : [{ tag: 'issue' as const, authority: authority(issue) }]),
		...(issuewild === undefined ? [] : [{ tag: 'issuewild' as const, authority: authority(issuewild) }]),
	]);
}
