import type { RoutingView } from 'pulse-edge/decide/route-table';
import type { ServiceNetwork } from 'pulse-edge/upstream/network';
import type { DeploymentRecord } from '../deployments/record.ts';

interface KnownRecords extends RoutingView {
	deployment(id: string): DeploymentRecord | undefined;
}

/** A container app listens where its Dockerfile says, not where every Pulse app does. */
export function ownPorts(network: ServiceNetwork, table: KnownRecords, servicePrefix: string): ServiceNetwork {
	const portOf = (serviceName: string, usual: number) => {
		const id = serviceName.startsWith(servicePrefix) ? serviceName.slice(servicePrefix.length) : serviceName;
		return table.deployment(id)?.container?.port ?? usual;
	};
	const { replicas } = network;
	return {
		...(replicas === undefined
			? {}
			: {
					replicas: {
						seen: (serviceName, usual) => replicas.seen(serviceName, portOf(serviceName, usual)),
						look: (serviceName, usual) => replicas.look(serviceName, portOf(serviceName, usual)),
					},
				}),
		...(network.lookup === undefined ? {} : { lookup: network.lookup.bind(network) }),
		address: (serviceName, usual) => network.address(serviceName, portOf(serviceName, usual)),
		refresh: (serviceName, usual, tried) => network.refresh(serviceName, portOf(serviceName, usual), tried),
	};
}
