import { setTimeout as sleep } from 'node:timers/promises';
import type { motoClients } from 'aws-world/wire/moto-clients';
import { NAME } from './operator.ts';

/**
 * What moto's ECS does not do: registers the tasks of each service with its target group, where they count as healthy at once.
 * @param isSick of a service's ARN: its tasks never become healthy
 */
export function startTasks(
	{ ecs, elb }: ReturnType<typeof motoClients>,
	isSick: (serviceArn: string) => boolean,
	signal: AbortSignal,
): Promise<void> {
	const registered = new Set<string>();
	return (async () => {
		while (!signal.aborted) {
			await look().catch(() => {});
			await sleep(300, undefined, { signal }).catch(() => {});
		}
	})();

	async function look(): Promise<void> {
		const { serviceArns = [] } = await ecs.listServices({ cluster: NAME });
		const fresh = serviceArns.filter((arn) => !registered.has(arn) && !isSick(arn));
		if (fresh.length === 0) return;
		const { services = [] } = await ecs.describeServices({ cluster: NAME, services: fresh });
		for (const { serviceArn = '', loadBalancers = [] } of services) {
			for (const { targetGroupArn } of loadBalancers)
				await elb.registerTargets({ TargetGroupArn: targetGroupArn, Targets: [{ Id: '10.0.0.10', Port: 8000 }] });
			registered.add(serviceArn);
		}
	}
}
