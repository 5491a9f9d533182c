import { deploymentsOf, domainsOf, instances, serviceOf } from '../../world/lookup.ts';
import { removeService } from '../../world/services.ts';
import type { ApiContext } from '../context.ts';

/** Its processes are stopped, its addresses closed and its files removed while the caller goes on. */
export function deleteService(context: ApiContext, serviceId: string, environmentId: string | null): void {
	const { world, fleet } = context;
	const { name } = serviceOf(world.data, serviceId);
	const going = instances(world.data)
		.filter((row) => row.serviceId === serviceId && (environmentId === null || row.environmentId === environmentId))
		.map((instance) => ({
			instance,
			deployments: deploymentsOf(world.data, instance.id),
			ports: domainsOf(world.data, instance.id).map(({ port }) => port),
		}));
	world.change((data) =>
		removeService(
			data,
			serviceId,
			going.map(({ instance }) => instance.id),
		),
	);
	for (const { instance, deployments, ports } of going) {
		for (const port of ports) context.closeDomain(port);
		fleet.forget(instance, name, deployments);
	}
}
