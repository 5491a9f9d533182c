import type { Handlers } from '../calls/handlers.ts';
import type { WorldClock } from '../clock/world-clock.ts';
import type { ElbState } from '../elb/state.ts';
import { AwsError, notEmulated } from '../errors.ts';

const MINUTE_MS = 60_000;
/** AWS's own: more points than that are refused. */
const MOST_POINTS = 1_440;

/** Knows what load balancers count of their target groups, once a minute has ended. */
export function cloudwatchApi(elb: ElbState, clock: WorldClock): Handlers<'cloudwatch'> {
	return {
		getMetricStatistics({ Namespace, MetricName = '', Dimensions = [], StartTime, EndTime, Period = 0, Statistics }) {
			if (Namespace !== 'AWS/ApplicationELB') return notEmulated(`metrics of ${Namespace}`);
			if (Period !== 60 || Statistics?.join() !== 'Sum') return notEmulated('other periods and statistics');
			const from = StartTime?.getTime() ?? 0;
			const to = EndTime?.getTime() ?? 0;
			if (from >= to)
				throw new AwsError('InvalidParameterValue', 'The parameter StartTime must be less than the parameter EndTime.');
			if ((to - from) / MINUTE_MS > MOST_POINTS)
				throw new AwsError('InvalidParameterCombination', 'You have requested up to more than 1,440 datapoints.');
			const ended = Math.floor(clock.now() / MINUTE_MS) * MINUTE_MS;
			const dimension = (name: string) => Dimensions.find((one) => one.Name === name)?.Value ?? '';
			const [balancer, target] = [dimension('LoadBalancer'), dimension('TargetGroup')];
			const isThere = [...elb.loadBalancers.keys()].some((arn) => arn.endsWith(`:loadbalancer/${balancer}`));
			const group = isThere ? [...elb.targetGroups.values()].find(({ arn }) => arn.endsWith(`:${target}`)) : undefined;
			const points = [...(group?.counts.of(MetricName) ?? [])].filter(
				([minute]) => minute >= from && minute < to && minute < ended,
			);
			// In no order.
			const Datapoints = points
				.reverse()
				.map(([minute, Sum]) => ({ Timestamp: new Date(minute), Sum, Unit: 'Count' as const }));
			return { Label: MetricName, Datapoints };
		},
	};
}
