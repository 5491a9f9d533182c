import type { Service } from '@aws-sdk/client-ecs';
import { parseDeparture } from 'pulse-deploy-kit/departure';
import { parsePreview } from 'pulse-deploy-kit/preview';
import type { Deployment } from '../deployments/deployment.ts';
import {
	AFFINITY_TAG,
	DEPARTURE_TAG,
	DRAIN_STARTED_TAG,
	ID_TAG,
	KIND_TAG,
	MADE_OF_TAG,
	NAME_TAG,
	NEVER_ACTIVE_TAG,
	PREVIEW_TAG,
	RETIRING_TAG,
	STATE_TAG,
	stateOf,
	timeOf,
} from '../deployments/tags.ts';
import type { Aws } from './aws.ts';
import { orGone } from './error-names.ts';
import { everyPage, inBatches, optional } from './pages.ts';

/** The deployments of this name in the cluster. A cluster that does not exist has none. */
export async function readDeployments(aws: Pick<Aws, 'ecs'>, cluster: string, name: string): Promise<Deployment[]> {
	const arns = await orGone(
		everyPage(
			(token) => aws.ecs.listServices({ cluster, maxResults: 100, ...optional('nextToken', token) }),
			(page) => page.nextToken,
			(page) => page.serviceArns,
		),
		'ClusterNotFoundException',
	);
	return describeDeployments(aws, cluster, name, arns ?? []);
}

/** At most ten a call; services that are gone or going are left out. */
export async function describeDeployments(
	aws: Pick<Aws, 'ecs'>,
	cluster: string,
	name: string,
	services: readonly string[],
): Promise<Deployment[]> {
	const found = await inBatches(services, 10, async (batch) => {
		const answer = await aws.ecs.describeServices({ cluster, services: batch, include: ['TAGS'] });
		return answer.services;
	});
	return found
		.filter((service) => service.status === 'ACTIVE' && tag(service, NAME_TAG) === name)
		.map(deploymentOf)
		.sort((a, b) => (a.id < b.id ? -1 : 1));
}

function deploymentOf(service: Service): Deployment {
	const madeOf = tag(service, MADE_OF_TAG);
	const departure = parseDeparture(tag(service, DEPARTURE_TAG));
	const preview = parsePreview(tag(service, PREVIEW_TAG));
	return {
		id: tag(service, ID_TAG) ?? service.serviceName ?? '',
		serviceArn: service.serviceArn ?? '',
		state: stateOf(tag(service, STATE_TAG)),
		createdAt: service.createdAt?.getTime() ?? 0,
		drainStartedAt: timeOf(tag(service, DRAIN_STARTED_TAG)),
		retiringSince: timeOf(tag(service, RETIRING_TAG)),
		...(tag(service, NEVER_ACTIVE_TAG) === 'true' ? { neverActive: true as const } : {}),
		...(departure === undefined ? {} : { departure }),
		...(madeOf ? { madeOf } : {}),
		...(preview === undefined ? {} : { preview }),
		desired: service.desiredCount ?? 0,
		running: service.runningCount ?? 0,
		pending: service.pendingCount ?? 0,
		targetGroupArn: service.loadBalancers?.[0]?.targetGroupArn ?? null,
		taskDefinitionArn: service.taskDefinition ?? null,
		...(tag(service, KIND_TAG) === 'container'
			? { container: { affinity: tag(service, AFFINITY_TAG) === 'session' ? 'session' : 'tab' } }
			: {}),
	};
}

function tag(service: Service, key: string): string | undefined {
	return service.tags?.find((one) => one.key === key)?.value;
}
