import type { IncomingMessage, ServerResponse } from 'node:http';
import type { InUse } from '../plugin.ts';
import type { Upgraded } from './upgrades.ts';

/** Health checks of platforms, and what deploy tools ask: a deployment that only these ask is not in use. */
const PROBE_PATHS = /^\/_pulse\/(?:health|meta|internal)(?:[/?]|$)/;
/** The load balancer's health check, on whatever path; it comes for as long as the app lives. */
const PROBE_AGENT = /^ELB-HealthChecker\//;
/** A request that nothing was answered to for so long is a long poll. */
const LONG_POLL_MS = 5_000;

/** Requests and upgraded connections of one server, as long as they are open. */
export interface Usage {
	/** Every request, those of probes included. */
	readonly requests: ReadonlySet<ServerResponse>;
	/** Counts a request from now until its response is closed. */
	begin(request: IncomingMessage, response: ServerResponse): void;
	/** It is another process's, which counts it. */
	passedOn(response: ServerResponse): void;
	/** Upgraded connections are counted in this set, which {@link routeUpgrades} keeps. */
	watch(upgraded: Upgraded): void;
	counts(): Omit<InUse, 'renderSessions' | 'jobs'>;
}

export function createUsage(): Usage {
	const all = new Set<ServerResponse>();
	/** With when it came, Unix milliseconds. */
	const used = new Map<ServerResponse, number>();
	let begun = 0;
	let sockets: Upgraded = { all: new Set(), own: new Set(), passedOn: new Set() };
	return {
		requests: all,
		begin: (request, response) => {
			const probe = isProbe(request);
			all.add(response);
			if (!probe) {
				begun += 1;
				used.set(response, Date.now());
			}
			response.once('close', () => {
				all.delete(response);
				used.delete(response);
			});
		},
		passedOn: (response) => void used.delete(response),
		watch: (upgraded) => {
			sockets = upgraded;
		},
		counts: () => ({
			sockets: sockets.all.size - sockets.passedOn.size,
			websockets: sockets.own.size,
			requests: used.size,
			streams: [...used].filter(([response, since]) => isStream(response, since)).length,
			requestsBegun: begun,
		}),
	};
}

/** What ended and only waits for its last bytes to leave is none. */
function isStream(response: ServerResponse, since: number): boolean {
	if (response.writableEnded) return false;
	return response.headersSent || !response.req.complete || Date.now() - since >= LONG_POLL_MS;
}

function isProbe({ url, headers }: IncomingMessage): boolean {
	return PROBE_PATHS.test(url ?? '') || PROBE_AGENT.test(headers['user-agent'] ?? '');
}
