import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** Health checks of platforms, and what deploy tools ask: a deployment that only these ask is not in use. */
const PROBE_PATHS = /^\/_pulse\/(health|meta|internal)(\/|$)/;
/** The load balancer's health check, on whatever path; it comes for as long as the app lives. */
const PROBE_AGENT = /^ELB-HealthChecker\//;

/** Requests and upgraded connections of one server, as long as they are open. */
export interface Usage {
	/** Every request, those of probes included. */
	readonly requests: ReadonlySet<ServerResponse>;
	/** Counts a request from now until its response is closed. */
	begin(request: IncomingMessage, response: ServerResponse): void;
	/** Upgraded connections are counted in this set, which {@link routeUpgrades} keeps. */
	watch(upgraded: ReadonlySet<Duplex>): void;
	counts(): { readonly sockets: number; readonly requests: number; readonly requestsBegun: number };
}

export function createUsage(): Usage {
	const all = new Set<ServerResponse>();
	const used = new Set<ServerResponse>();
	let begun = 0;
	let sockets: ReadonlySet<Duplex> = new Set();
	return {
		requests: all,
		begin: (request, response) => {
			const probe = isProbe(request);
			all.add(response);
			if (!probe) {
				begun += 1;
				used.add(response);
			}
			response.once('close', () => {
				all.delete(response);
				used.delete(response);
			});
		},
		watch: (upgraded) => {
			sockets = upgraded;
		},
		counts: () => ({ sockets: sockets.size, requests: used.size, requestsBegun: begun }),
	};
}

function isProbe({ url, headers }: IncomingMessage): boolean {
	return PROBE_PATHS.test(url?.split('?', 1)[0] ?? '') || PROBE_AGENT.test(headers['user-agent'] ?? '');
}
