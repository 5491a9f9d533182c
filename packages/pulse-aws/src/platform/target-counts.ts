import type { Aws } from './aws.ts';

/** Of one target group, as load balancers count for CloudWatch without any charge. */
export type TargetMetric = 'RequestCount' | 'HTTPCode_Target_5XX_Count' | 'TargetConnectionErrorCount';

export interface CountQuestion {
	readonly listenerArn: string;
	readonly targetGroupArn: string;
	/** Unix ms, both of whole minutes. */
	readonly from: number;
	readonly to: number;
}

/**
 * Begin of each minute → how many; one without any is absent. By `GetMetricStatistics` and not by `GetMetricData`, which takes
 * all in one call and costs from the first one on.
 */
export async function readTargetCounts(
	aws: Pick<Aws, 'cloudwatch'>,
	metric: TargetMetric,
	{ listenerArn, targetGroupArn, from, to }: CountQuestion,
): Promise<ReadonlyMap<number, number>> {
	const { Datapoints = [] } = await aws.cloudwatch.getMetricStatistics({
		Namespace: 'AWS/ApplicationELB',
		MetricName: metric,
		Dimensions: [
			{ Name: 'LoadBalancer', Value: loadBalancerDimension(listenerArn) },
			{ Name: 'TargetGroup', Value: targetGroupArn.split(':').at(-1) ?? '' },
		],
		StartTime: new Date(from),
		EndTime: new Date(to),
		Period: 60,
		Statistics: ['Sum'],
	});
	return new Map(Datapoints.map(({ Timestamp, Sum }) => [Timestamp?.getTime() ?? 0, Sum ?? 0]));
}

/** `…:listener/app/<name>/<balancer>/<listener>` → `app/<name>/<balancer>`. */
function loadBalancerDimension(listenerArn: string): string {
	return (listenerArn.split(':listener/')[1] ?? '').split('/').slice(0, 3).join('/');
}
