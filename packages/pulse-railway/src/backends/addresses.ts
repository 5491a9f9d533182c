import { setTimeout as sleep } from 'node:timers/promises';
import type { Address, ServiceNetwork } from 'pulse-edge/upstream/network';

/** A resolver that hangs, milliseconds. */
const LOOK_MS = 3_000;
/** Names may not resolve in the first seconds of a container (docs/platform-facts/railway.md §5). */
const RETRY_MS = 1_000;

/**
 * Where a deployment is asked for what it knows: at each of its replicas, or wherever its name leads where that is one alone.
 * Throws where it cannot be found out how many there are: what one of them says of its sessions is not what all would say.
 */
export async function addressesOf(
	network: ServiceNetwork,
	serviceName: string,
	port: number,
): Promise<readonly Address[]> {
	const named = network.address(serviceName, port);
	const { replicas } = network;
	if (replicas === undefined) return [named];
	const look = () => Promise.race([replicas.look(serviceName, port), sleep(LOOK_MS, false, { ref: false })]);
	if (!(await look())) {
		await sleep(RETRY_MS);
		if (!(await look())) throw new Error('its private name does not resolve');
	}
	const seen = replicas.seen(serviceName, port) ?? [];
	return seen.length > 1 ? seen : [named];
}
