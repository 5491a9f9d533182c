import type { IncomingMessage, ServerResponse } from 'node:http';
import type { InUse } from '../plugin.ts';
import type { Upgraded } from './upgrades.ts';

/** Health checks of platforms, and what deploy tools ask: a deployment that only these ask is not in use. */
const PROBE_PATHS = /^\/_pulse\/(?:health|meta|internal)(?:[/?]|$)/;
/** The load balancer's health check, on whatever path; it comes for as long as the app lives. */
const PROBE_AGENT = /^ELB-HealthChecker\//;
/** A request that nothing was answered to for so long is a long poll. */
const LONG_POLL_MS = 5_000;

/** Requests that are not answered to their end, by their responses. */
export type OpenRequests = Pick<ReadonlyMap<ServerResponse, unknown>, 'size' | 'keys'>;

/** Requests and upgraded connections of one server, as long as they are open. */
export interface Usage {
	/** Every request, those of probes included. */
	readonly requests: OpenRequests;
	/** Counts a request from now until its response is closed. */
	begin(request: IncomingMessage, response: ServerResponse): void;
	/** It is another process's, which counts it. */
	passedOn(response: ServerResponse): void;
	/** Upgraded connections are counted in this set, which {@link routeUpgrades} keeps. */
	watch(upgraded: Upgraded): void;
	counts(): Omit<InUse, 'renderSessions' | 'jobs'>;
}

export function createUsage(): Usage {
	/** With when it came, Unix milliseconds; `null`: it is no use of this process. */
	const open = new Map<ServerResponse, number | null>();
	let begun = 0;
	let sockets: Upgraded = { all: new Set(), own: new Set(), passedOn: new Set() };
	// One listener for all, and not one `once` for each: that takes a hundredth of a small request.
	function closed(this: ServerResponse): void {
		open.delete(this);
	}
	return {
		requests: open,
		begin: (request, response) => {
			const probe = isProbe(request);
			if (!probe) begun += 1;
			open.set(response, probe ? null : Date.now());
			response.on('close', closed);
		},
		passedOn: (response) => {
			if (open.has(response)) open.set(response, null);
		},
		watch: (upgraded) => {
			sockets = upgraded;
		},
		counts: () => {
			const used = [...open].filter((one): one is [ServerResponse, number] => one[1] !== null);
			return {
				sockets: sockets.all.size - sockets.passedOn.size,
				websockets: sockets.own.size,
				requests: used.length,
				streams: used.filter(([response, since]) => isStream(response, since)).length,
				requestsBegun: begun,
			};
		},
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
