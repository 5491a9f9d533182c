import type { Address, ReplicaDirectory, ServiceNetwork } from '../upstream/network.ts';

/** Services by name, wherever they listen now. */
export class TestNetwork implements ServiceNetwork {
	readonly services = new Map<string, Address>();
	/** Of services that have several. */
	readonly several = new Map<string, readonly Address[]>();
	readonly replicas: ReplicaDirectory = {
		seen: (serviceName) => this.several.get(serviceName) ?? null,
		look: async (serviceName) => this.several.has(serviceName),
	};

	address(serviceName: string): Address {
		const found = this.services.get(serviceName);
		if (!found) throw new Error(`service "${serviceName}" is not on the network`);
		return found;
	}

	refresh(serviceName: string, _port: number, tried: Address): boolean {
		return this.services.get(serviceName)?.port !== tried.port;
	}

	close(): void {}
}
