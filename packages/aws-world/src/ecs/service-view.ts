import type { Service as View } from '@aws-sdk/client-ecs';
import type { EcsState, Service } from './state.ts';

/** What DescribeServices shows. Only tasks with last status RUNNING count as running (UNVERIFIED for DEACTIVATING). */
export function serviceView(service: Service, state: EcsState, withTags: boolean): View {
	const tasks = state.liveTasks(service);
	const runningCount = tasks.filter((task) => task.status === 'RUNNING').length;
	const pendingCount = tasks.filter((task) => ['PROVISIONING', 'PENDING', 'ACTIVATING'].includes(task.status)).length;
	const { input } = service;
	return {
		serviceArn: service.arn,
		serviceName: service.name,
		clusterArn: service.clusterArn,
		status: service.status,
		desiredCount: service.desired,
		runningCount,
		pendingCount,
		launchType: 'FARGATE',
		taskDefinition: service.definition.arn,
		createdAt: new Date(service.createdAt),
		schedulingStrategy: 'REPLICA',
		healthCheckGracePeriodSeconds: input.healthCheckGracePeriodSeconds ?? 0,
		loadBalancers: input.loadBalancers ?? [],
		...(input.networkConfiguration ? { networkConfiguration: input.networkConfiguration } : {}),
		...(input.deploymentConfiguration ? { deploymentConfiguration: input.deploymentConfiguration } : {}),
		...(input.propagateTags ? { propagateTags: input.propagateTags } : {}),
		availabilityZoneRebalancing: input.availabilityZoneRebalancing ?? 'ENABLED',
		enableExecuteCommand: input.enableExecuteCommand ?? false,
		deployments:
			service.status === 'INACTIVE'
				? []
				: [
						{
							id: service.deploymentId,
							status: 'PRIMARY',
							taskDefinition: service.definition.arn,
							desiredCount: service.desired,
							runningCount,
							pendingCount,
							failedTasks: service.failedTasks,
							createdAt: new Date(service.createdAt),
							rolloutState: service.rollout,
							rolloutStateReason: service.rolloutReason,
						},
					],
		events: service.events,
		...(withTags ? { tags: state.tagsOf(service.arn) } : {}),
	};
}
