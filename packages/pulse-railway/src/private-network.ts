import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import { readFileSync, statSync } from 'node:fs';
import type { LookupFunction } from 'node:net';
import { promisify } from 'node:util';
import type { Address, ServiceNetwork } from 'pulse-edge/upstream/network';
import { replicaLookup } from './replica-lookup.ts';

export class UnknownServiceError extends Error {
	readonly serviceName: string;

	constructor(serviceName: string) {
		super(`service "${serviceName}" is not on the private network`);
		this.name = 'UnknownServiceError';
		this.serviceName = serviceName;
	}
}

export interface PrivateNetworkOptions {
	/**
	 * Path of a JSON object `"<service>": "<host>:<port>"`, or a list of such addresses, one for each replica
	 * (`PULSE_RAILWAY_PRIVATE_NETWORK`). Default: Railway's private DNS.
	 */
	readonly file?: string;
}

/** Services inside the project, by their names. */
export function openPrivateNetwork(options: PrivateNetworkOptions = {}): ServiceNetwork {
	return options.file === undefined ? railwayNetwork() : fileNetwork(options.file);
}

/** One DNS label. Names come from the store, which apps can reach too: `evil.example/` must not become a host in a URL. */
const SERVICE_NAME = /^[a-z0-9-]{1,63}$/i;

/** Both address families: environments created before 2025-10-16 have IPv6 alone, later ones both (docs/platform-facts/railway.md §5). */
function railwayNetwork(): ServiceNetwork {
	const hostOf = (serviceName: string) => {
		if (!SERVICE_NAME.test(serviceName)) throw new UnknownServiceError(serviceName);
		return `${serviceName}.railway.internal`;
	};
	return {
		address: (serviceName, port) => ({ host: hostOf(serviceName), port }),
		refresh: () => false,
		lookup: sharedLookup(),
		replicas: replicaLookup(hostOf, (host) => promisify(systemLookup)(host, { all: true, family: 0 })),
	};
}

/** Connections opened at the same moment share one lookup, so that a slow resolver is not asked a thousand times. */
function sharedLookup(): LookupFunction {
	const running = new Map<string, ((error: NodeJS.ErrnoException | null, found: LookupAddress[]) => void)[]>();
	return (hostname, _options, callback) => {
		const settle = (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => callback(error, found);
		const others = running.get(hostname);
		if (others) {
			others.push(settle);
			return;
		}
		const waiting = [settle];
		running.set(hostname, waiting);
		systemLookup(hostname, { all: true, family: 0 }, (error, found) => {
			running.delete(hostname);
			for (const one of waiting) one(error, found ?? []);
		});
	};
}

/** How stale the file may be seen. A connection that fails looks again at once. */
const LOOK_EVERY_MS = 50;

function fileNetwork(file: string): ServiceNetwork {
	let services: ReadonlyMap<string, readonly Address[]> = new Map();
	let seen = '';
	let lookedAt = Number.NEGATIVE_INFINITY;

	const look = () => {
		lookedAt = performance.now();
		try {
			const { mtimeMs, size, ino } = statSync(file);
			const version = `${mtimeMs}:${size}:${ino}`;
			if (version === seen) return;
			const read: unknown = JSON.parse(readFileSync(file, 'utf8'));
			if (typeof read === 'object' && read !== null) services = readServices(read);
			seen = version;
		} catch {
			// Missing or half-written: what was known last is the best guess, and the next look is soon.
		}
	};
	const find = (serviceName: string): Address | null => services.get(serviceName)?.[0] ?? null;
	const lookAgain = () => {
		if (performance.now() - lookedAt >= LOOK_EVERY_MS) look();
	};
	return {
		address(serviceName) {
			lookAgain();
			let found = find(serviceName);
			if (!found) {
				look();
				found = find(serviceName);
			}
			if (!found) throw new UnknownServiceError(serviceName);
			return found;
		},
		refresh(serviceName, _port, tried) {
			look();
			const now = find(serviceName);
			return now !== null && (now.host !== tried.host || now.port !== tried.port);
		},
		replicas: {
			seen(serviceName) {
				lookAgain();
				return services.get(serviceName) ?? null;
			},
			async look(serviceName) {
				look();
				return services.has(serviceName);
			},
		},
	};
}

function readServices(read: object): ReadonlyMap<string, readonly Address[]> {
	return new Map(
		Object.entries(read).flatMap(([serviceName, entry]: [string, unknown]) => {
			const addresses = [entry].flat().map((text) => (typeof text === 'string' ? parseAddress(text) : null));
			const found = addresses.filter((address) => address !== null);
			return found.length > 0 ? [[serviceName, found]] : [];
		}),
	);
}

function parseAddress(text: string): Address | null {
	const colon = text.lastIndexOf(':');
	const port = Number(text.slice(colon + 1));
	const host = text.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
	return colon > 0 && host !== '' && Number.isInteger(port) && port > 0 && port < 65_536 ? { host, port } : null;
}
