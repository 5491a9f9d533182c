import type { Subnets } from '../ecs/ports.ts';
import { INERT, type Properties, type ResourceKind, type StackPorts } from './resource-kinds.ts';

interface Routes {
	/** Default route by route table. */
	readonly ways: Map<string, 'nat' | 'internet'>;
	readonly tables: Map<string, string>;
}

const routesOf = new WeakMap<Subnets, Routes>();

/** Routes and associations come in any order; what a subnet can reach is worked out after each. */
function update(ports: StackPorts, change: (routes: Routes) => void): void {
	const routes = routesOf.get(ports.subnets) ?? { ways: new Map(), tables: new Map() };
	routesOf.set(ports.subnets, routes);
	change(routes);
	for (const subnet of ports.subnets.keys()) {
		ports.subnets.set(subnet, routes.ways.get(routes.tables.get(subnet) ?? '') ?? 'none');
	}
}

const subnet: ResourceKind = {
	create(_logicalId, _properties, { arns, subnets }) {
		const physicalId = `subnet-${arns.id(17)}`;
		subnets.set(physicalId, 'none');
		return { physicalId, attributes: { SubnetId: physicalId } };
	},
	remove({ physicalId }, _properties, { subnets, ecs }) {
		const inUse = ecs.tasks.some(
			(task) =>
				task.status !== 'STOPPED' &&
				task.service.input.networkConfiguration?.awsvpcConfiguration?.subnets?.includes(physicalId),
		);
		if (inUse)
			throw new Error(`The subnet '${physicalId}' has dependencies and cannot be deleted. (DependencyViolation)`);
		subnets.delete(physicalId);
	},
};

const route: ResourceKind = {
	create(logicalId, properties: Properties, ports) {
		if (properties.DestinationCidrBlock === '0.0.0.0/0') {
			const way = properties.NatGatewayId === undefined ? 'internet' : 'nat';
			update(ports, ({ ways }) => ways.set(String(properties.RouteTableId), way));
		}
		return INERT.create(logicalId, {}, ports);
	},
};

const association: ResourceKind = {
	create(logicalId, properties, ports) {
		update(ports, ({ tables }) => tables.set(String(properties.SubnetId), String(properties.RouteTableId)));
		return INERT.create(logicalId, {}, ports);
	},
};

export const NETWORK_KINDS: Readonly<Record<string, ResourceKind>> = {
	'AWS::EC2::Subnet': subnet,
	'AWS::EC2::Route': route,
	'AWS::EC2::SubnetRouteTableAssociation': association,
};
