import type { Container } from '@aws-sdk/client-ecs';
import type { HealthFacts, ServiceHealth, StoppedTask, TargetHealth } from '../health/facts.ts';
import { SIDECAR_CONTAINER_NAME } from '../protocol.ts';
import type { Aws } from './aws.ts';
import { taskId } from './tasks.ts';

export interface HealthPlace {
	readonly cluster: string;
	readonly service: string;
	readonly targetGroupArn: string;
}

/**
 * Reads what decides over health. Stopped tasks are asked for only where the service tells of trouble.
 * @param unhealthySince kept by the caller from one read to the next, by target
 */
export async function readHealth(
	aws: Pick<Aws, 'ecs' | 'elb'>,
	place: HealthPlace,
	unhealthySince: Map<string, number>,
	now: number,
): Promise<HealthFacts> {
	const [described, health] = await Promise.all([
		aws.ecs.describeServices({ cluster: place.cluster, services: [place.service] }),
		aws.elb.describeTargetHealth({ TargetGroupArn: place.targetGroupArn }),
	]);
	const found = described.services?.find((service) => service.status !== 'INACTIVE');
	const rollout = found?.deployments?.find((one) => one.status === 'PRIMARY') ?? found?.deployments?.[0];
	const service: ServiceHealth | null =
		found === undefined
			? null
			: {
					desired: found.desiredCount ?? 0,
					running: found.runningCount ?? 0,
					pending: found.pendingCount ?? 0,
					rollout: rollout?.rolloutState ?? null,
					rolloutReason: rollout?.rolloutStateReason ?? null,
					events: (found.events ?? []).map((event) => event.message ?? ''),
				};
	const targets: TargetHealth[] = (health.TargetHealthDescriptions ?? []).map((one) => {
		const id = `${one.Target?.Id}:${one.Target?.Port}`;
		const state: string = one.TargetHealth?.State ?? 'unknown';
		if (state !== 'unhealthy') unhealthySince.delete(id);
		else if (!unhealthySince.has(id)) unhealthySince.set(id, now);
		return {
			id,
			state,
			reason: one.TargetHealth?.Reason ?? null,
			description: one.TargetHealth?.Description ?? null,
			unhealthySince: unhealthySince.get(id) ?? null,
		};
	});
	const troubled = (rollout?.failedTasks ?? 0) > 0 || service === null || service.rollout === 'FAILED';
	return { now, service, targets, stoppedTasks: troubled ? await readStoppedTasks(aws, place) : [] };
}

async function readStoppedTasks(aws: Pick<Aws, 'ecs'>, { cluster, service }: HealthPlace): Promise<StoppedTask[]> {
	const { taskArns } = await aws.ecs.listTasks({
		cluster,
		serviceName: service,
		desiredStatus: 'STOPPED',
		maxResults: 100,
	});
	if (taskArns === undefined || taskArns.length === 0) return [];
	const { tasks } = await aws.ecs.describeTasks({ cluster, tasks: taskArns });
	return (tasks ?? [])
		.sort((a, b) => (b.stoppedAt?.getTime() ?? 0) - (a.stoppedAt?.getTime() ?? 0))
		.map((task) => {
			const failed = failedOf(task.containers ?? []);
			return {
				id: taskId(task.taskArn),
				stopCode: task.stopCode ?? null,
				reason: task.stoppedReason ?? null,
				exitCode: failed?.exitCode ?? null,
				containerReason: failed?.reason ?? null,
				container: failed?.name,
			};
		});
}

/** A sidecar ends well when it is asked to; the app may call that SIGTERM a failure, so that its code proves less. */
function failedOf(containers: readonly Container[]): Container | undefined {
	const failed = containers.filter(({ exitCode }) => (exitCode ?? 0) !== 0);
	const sidecar = failed.find(({ name, exitCode }) => name === SIDECAR_CONTAINER_NAME && exitCode !== KILLED);
	const untold = containers.find(({ reason }) => reason !== undefined && reason !== '');
	return sidecar ?? failed[0] ?? untold ?? containers[0];
}

const KILLED = 137;
