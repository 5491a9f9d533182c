import type { DeployRequest } from '../config/deploy.ts';
import { type BaselineOutputs, EVERYBODY } from '../platform/baseline-outputs.ts';

/** Who may reach the load balancer from now on. */
export function allowedCidrs({ network }: Pick<DeployRequest, 'network'>, outputs: BaselineOutputs | null) {
	return (network.allowedCidrs ?? outputs?.allowedCidrs ?? []).filter((range) => range !== EVERYBODY);
}

/** How tasks reach the Internet from now on. */
export function natOf({ network }: Pick<DeployRequest, 'network'>, outputs: BaselineOutputs | null) {
	return network.nat ?? (outputs?.assignPublicIp === 'ENABLED' ? 'none' : 'gateway');
}
