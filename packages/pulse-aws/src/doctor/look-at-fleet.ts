import type { Reading } from 'pulse-deploy-kit/doctor/reading';
import { awsClock, looking, type Session } from '../adapters/session.ts';
import type { Deployment } from '../deployments/deployment.ts';
import type { HealthFacts } from '../health/facts.ts';
import type { Fleet } from '../plan/observation.ts';
import { type BaselineOutputs, repositoryName } from '../platform/baseline-outputs.ts';
import { orGone } from '../platform/error-names.ts';
import { readHealth } from '../platform/health.ts';
import { readParameters } from '../platform/parameters.ts';
import { readLimits } from '../platform/traffic.ts';
import { isOwner, stateParameter } from '../protocol.ts';
import { leased } from '../reaper/orphans.ts';
import { readFleet } from '../stack/fleet.ts';
import { LeaseWatch } from '../stack/lease-watch.ts';
import { activeDeployment, type Limits } from '../traffic/traffic.ts';
import { look, unread } from './look.ts';

export interface FleetFacts {
	/** Also the ids that deploys have taken, and which of those deploys may live. */
	readonly fleet: Fleet;
	readonly limits: Reading<Limits>;
	/** The one that new visitors reach; `null`: none. */
	readonly active: Deployment | null;
	/** What its tasks read of it; `null`: nothing. */
	readonly told: string | null;
	readonly health: Reading<HealthFacts>;
	/** Whether its image is still there. */
	readonly image: Reading<boolean>;
}

export async function lookAtFleet(session: Session, name: string, outputs: BaselineOutputs): Promise<FleetFacts> {
	const { signal } = session;
	const aws = looking(session);
	const [read, parameters, limits] = await Promise.all([
		readFleet(aws, name, outputs),
		readParameters(aws, name),
		look(readLimits(aws), signal),
	]);
	const now = awsClock(session).now();
	const living = new Set(leased({ parameters }, now));
	const owners = parameters.filter((one) => isOwner(one.name));
	const known = new Set([...read.deployments.map((one) => one.id), ...read.strays]);
	const reserved = owners.map((one) => one.deploymentId).filter((id) => !known.has(id));
	const fresh = owners.filter((one) => living.has(one.deploymentId));
	const leases = new LeaseWatch(session, name).standing(new Map(fresh.map((one) => [one.deploymentId, one.value])));
	const fleet: Fleet = { ...read, reserved, leases };
	const active = activeDeployment(fleet.traffic, fleet.deployments);
	const told = parameters.find((one) => one.name === stateParameter(name, active?.id ?? ''))?.value ?? null;
	return { fleet, limits, active, told, ...(await lookAtActive(session, outputs, active, now)) };
}

async function lookAtActive(
	session: Session,
	{ clusterName: cluster, ecrRepositoryUri }: BaselineOutputs,
	active: Deployment | null,
	now: number,
): Promise<Pick<FleetFacts, 'health' | 'image'>> {
	const none = unread('no deployment is active');
	if (active === null) return { health: none, image: none };
	const aws = looking(session);
	const { id, targetGroupArn } = active;
	const repository = repositoryName(ecrRepositoryUri);
	const images = aws.ecr.describeImages({ repositoryName: repository, imageIds: [{ imageTag: id }] });
	const [health, image] = await Promise.all([
		targetGroupArn === null
			? none
			: look(readHealth(aws, { cluster, service: id, targetGroupArn }, new Map(), now), session.signal),
		look(
			orGone(images, 'ImageNotFoundException').then((found) => found !== undefined),
			session.signal,
		),
	]);
	return { health, image };
}
