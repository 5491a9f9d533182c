import type { motoClients } from 'aws-world/wire/moto-clients';
import type { FrontDoor, FrontDoorAnswer } from '../../packages/pulse-aws/src/adapters/session.ts';
import type { Aws } from '../../packages/pulse-aws/src/platform/aws.ts';

type Rule = NonNullable<Awaited<ReturnType<Aws['elb']['describeRules']>>['Rules']>[number];
type Action = NonNullable<Rule['Actions']>[number];

/**
 * The load balancer that moto does not have: it answers as the deployment would whose target group moto's own rules and
 * default action lead to, at that moment.
 */
export function motoFrontDoor({ elb }: ReturnType<typeof motoClients>): FrontDoor {
	return {
		async get(path) {
			const asked = new URL(path, 'https://load-balancer');
			const { LoadBalancers } = await elb.describeLoadBalancers({});
			const { Listeners } = await elb.describeListeners({ LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn });
			const secure = Listeners?.find((listener) => listener.Protocol === 'HTTPS');
			const { Rules = [] } = await elb.describeRules({ ListenerArn: secure?.ListenerArn });
			const byPriority = Rules.filter((rule) => rule.Priority !== 'default').sort(
				(a, b) => Number(a.Priority) - Number(b.Priority),
			);
			const actions = byPriority.find((rule) => matches(rule, asked))?.Actions ?? secure?.DefaultActions ?? [];
			return answer(actions[0]);
		},
	};

	async function answer(action: Action | undefined): Promise<FrontDoorAnswer> {
		const fixed = action?.FixedResponseConfig;
		if (action?.Type === 'fixed-response')
			return { status: Number(fixed?.StatusCode), body: fixed?.MessageBody ?? '', untrusted: null };
		const arn = action?.TargetGroupArn ?? action?.ForwardConfig?.TargetGroups?.[0]?.TargetGroupArn ?? '';
		const { TagDescriptions } = await elb.describeTags({ ResourceArns: [arn] });
		const tags = new Map(TagDescriptions?.[0]?.Tags?.map((tag) => [tag.Key, tag.Value]));
		return { status: 200, body: JSON.stringify({ deployment_id: tags.get('deployment_id') }), untrusted: null };
	}
}

function matches(rule: Rule, asked: URL): boolean {
	return (rule.Conditions ?? []).every((condition) => {
		const query = condition.QueryStringConfig?.Values;
		if (query) return query.some(({ Key, Value }) => asked.searchParams.get(Key ?? '') === Value);
		const paths = condition.PathPatternConfig?.Values ?? condition.Values ?? [];
		return paths.some((pattern) => pattern === '*' || pattern === asked.pathname);
	});
}
