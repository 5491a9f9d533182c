import type { Invocation } from 'pulse-deploy-kit/command';
import { usageError } from 'pulse-deploy-kit/errors';
import { type PinnedAddress, pinnedAddress } from 'pulse-deploy-kit/open/open-address';
import { AFFINITY_QUERY } from 'pulse-edge/protocol';
import type { Session } from '../adapters/session.ts';
import { optionalDeploymentId, type ServiceTarget, serviceTarget } from '../config/service-target.ts';
import { routerFacts } from '../stack/baseline.ts';
import { backendServices, durableActiveId } from '../stack/durable.ts';
import { requireTarget } from './resolve-target.ts';

export interface OpenRequest extends ServiceTarget {
	/** Default: the active one. */
	readonly deploymentId: string | undefined;
}

export async function openRequest(typed: Pick<Invocation, 'flags' | 'args' | 'env' | 'cwd'>): Promise<OpenRequest> {
	return { ...(await serviceTarget(typed)), deploymentId: optionalDeploymentId(typed) };
}

/** Where a browser meets that deployment and no other. */
export async function open(session: Session, request: OpenRequest): Promise<PinnedAddress> {
	const { account, ports, signal } = session;
	const platform = ports.openPlatform(await requireTarget(request.target, account, signal, session));
	const observation = await platform.observe(signal);
	const router = routerFacts(observation, request.routerService);
	const id = request.deploymentId ?? durableActiveId(observation);
	if (id === null) throw usageError('nothing is active yet', 'Name a deployment, or first: pulse-railway deploy');
	if (!backendServices(observation).some((backend) => backend.id === id))
		throw usageError(`deployment '${id}' not found`, 'List them: pulse-railway status');
	return pinnedAddress(router.origins[0] ?? router.controlOrigin, AFFINITY_QUERY, id);
}
