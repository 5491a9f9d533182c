import type { InstanceRow } from '../world/model.ts';
import { type LiveDeployment, portsOf } from './live-deployment.ts';
import type { RuntimeContext } from './runtime-context.ts';

/** The private name leads to every replica that runs; what Railway's DNS answers for several is not documented (facts §5). */
export function publishAddress(context: RuntimeContext, instance: InstanceRow, live: LiveDeployment | null): void {
	const name = context.world.data.services[instance.serviceId]?.name;
	if (name === undefined) return;
	context.privateNetwork.set(instance.environmentId, name, live === null ? [] : portsOf(live));
}
