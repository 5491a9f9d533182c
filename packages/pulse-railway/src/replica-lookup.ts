import type { LookupAddress } from 'node:dns';
import type { Address, ReplicaDirectory } from 'pulse-edge/upstream/network';

/** How old what was seen may be. A replica that comes or goes is noticed within it, and whatever the resolver keeps. */
const LOOK_EVERY_MS = 2_000;
/** Of services that get no requests, so many are remembered. */
const MAX_REMEMBERED = 1_000;

interface Looked {
	addresses: readonly Address[] | null;
	at: number;
	running: Promise<boolean> | null;
}

/**
 * The replicas of services by what their private names resolve to. That is all of them where Railway's DNS says so, which
 * is not documented (docs/platform-facts/railway.md §5): where it names one alone, a service is one address here, as for everybody.
 */
export function replicaLookup(
	hostOf: (serviceName: string) => string,
	resolve: (host: string) => Promise<readonly LookupAddress[]>,
): ReplicaDirectory {
	const services = new Map<string, Looked>();

	const look = (serviceName: string, port: number): Promise<boolean> => {
		const looked = services.get(serviceName) ?? { addresses: null, at: 0, running: null };
		// Last asked for, last forgotten.
		services.delete(serviceName);
		services.set(serviceName, looked);
		for (const [name] of services) if (services.size > MAX_REMEMBERED) services.delete(name);
		looked.running ??= resolveAll(serviceName, port)
			.then((found) => {
				if (looked.addresses === null || !same(looked.addresses, found)) looked.addresses = found;
				return true;
			})
			// What was seen last is the best guess.
			.catch(() => false)
			.finally(() => {
				looked.at = performance.now();
				looked.running = null;
			});
		return looked.running;
	};
	const resolveAll = async (serviceName: string, port: number) =>
		ofOneFamily(await resolve(hostOf(serviceName))).map((host): Address => ({ host, port }));

	return {
		seen(serviceName, port) {
			const looked = services.get(serviceName);
			if (looked === undefined || looked.addresses === null) return null;
			if (performance.now() - looked.at > LOOK_EVERY_MS) void look(serviceName, port);
			return looked.addresses;
		},
		look,
	};
}

/** A replica has an address of each family that its network has, so those of one family are all of them. IPv6 is in all networks. */
function ofOneFamily(found: readonly LookupAddress[]): string[] {
	const of = (family: number) => found.filter((one) => one.family === family).map(({ address }) => address);
	const six = of(6);
	return [...new Set(six.length > 0 ? six : of(4))].sort();
}

function same(one: readonly Address[], other: readonly Address[]): boolean {
	return (
		one.length === other.length &&
		one.every(({ host, port }, at) => host === other[at]?.host && port === other[at].port)
	);
}
