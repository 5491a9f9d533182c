import type { TargetHealthDescription } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Handlers } from '../calls/handlers.ts';
import type { ElbState, Target } from './state.ts';

export function targetHealthApi(state: ElbState): Pick<Handlers<'elb'>, 'describeTargetHealth'> {
	return {
		/** Not paginated. A group that no rule uses has only `unused` targets, besides those that drain. */
		describeTargetHealth(input) {
			const group = state.targetGroup(input.TargetGroupArn);
			const inUse = state.loadBalancersOf(group.arn).length > 0;
			const view = (target: Target): TargetHealthDescription => ({
				Target: { Id: target.id, Port: target.port },
				HealthCheckPort: String(target.port),
				TargetHealth:
					inUse || target.state === 'draining'
						? {
								State: target.state,
								...(target.reason ? { Reason: target.reason } : {}),
								...(target.description ? { Description: target.description } : {}),
							}
						: {
								State: 'unused',
								Reason: 'Target.NotInUse',
								Description: 'Target group is not configured to receive traffic from the load balancer',
							},
			});
			const known = [...group.targets.values()];
			if (!input.Targets) return { TargetHealthDescriptions: known.map(view) };
			return {
				TargetHealthDescriptions: input.Targets.map(({ Id, Port }) => {
					const target = known.find((other) => other.id === Id && other.port === (Port ?? group.port));
					if (target) return view(target);
					return {
						Target: { Id, Port: Port ?? group.port },
						TargetHealth: {
							State: 'unused',
							Reason: 'Target.NotRegistered',
							Description: 'Target is not registered to the target group',
						},
					};
				}),
			};
		},
	};
}
