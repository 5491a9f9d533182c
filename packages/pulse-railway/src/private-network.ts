import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import { readFileSync, statSync } from 'node:fs';
import type { LookupFunction } from 'node:net';
import type { Address, ServiceNetwork } from 'pulse-edge/upstream/network';

export class UnknownServiceError extends Error {
	readonly serviceName: string;

	constructor(serviceName: string) {
		super(`service "${serviceName}" is not on the private network`);
		this.name = 'UnknownServiceError';
		this.serviceName = serviceName;
	}
}

export interface PrivateNetworkOptions {
	/** Path of a JSON object `"<service>": "<host>:<port>"` (`PULSE_RAILWAY_PRIVATE_NETWORK`). Default: Railway's private DNS. */
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
	return {
		address(serviceName, port) {
			if (!SERVICE_NAME.test(serviceName)) throw new UnknownServiceError(serviceName);
			return { host: `${serviceName}.railway.internal`, port };
		},
		refresh: () => false,
		lookup: sharedLookup(),
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
	let services: Readonly<Record<string, unknown>> = {};
	let seen = '';
	let lookedAt = Number.NEGATIVE_INFINITY;

	const look = () => {
		lookedAt = performance.now();
		try {
			const { mtimeMs, size, ino } = statSync(file);
			const version = `${mtimeMs}:${size}:${ino}`;
			if (version === seen) return;
			const read: unknown = JSON.parse(readFileSync(file, 'utf8'));
			if (typeof read === 'object' && read !== null) services = read as Record<string, unknown>;
			seen = version;
		} catch {
			// Missing or half-written: what was known last is the best guess, and the next look is soon.
		}
	};
	const find = (serviceName: string): Address | null => {
		const entry = Object.hasOwn(services, serviceName) ? services[serviceName] : undefined;
		return typeof entry === 'string' ? parseAddress(entry) : null;
	};
	return {
		address(serviceName) {
			if (performance.now() - lookedAt >= LOOK_EVERY_MS) look();
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
	};
}

function parseAddress(text: string): Address | null {
	const colon = text.lastIndexOf(':');
	const port = Number(text.slice(colon + 1));
	const host = text.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
	return colon > 0 && host !== '' && Number.isInteger(port) && port > 0 && port < 65_536 ? { host, port } : null;
}
