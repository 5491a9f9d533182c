import type { motoClients } from 'aws-world/wire/moto-clients';
import { NAME } from './operator.ts';

/** All that AWS has of a deployment, one word each: services, task definitions, rules, target groups, parameters. */
export async function leftOver({ ecs, elb, ssm }: ReturnType<typeof motoClients>, id: string): Promise<string[]> {
	const { serviceArns = [] } = await ecs.listServices({ cluster: NAME });
	const { services = [] } =
		serviceArns.length === 0
			? {}
			: await ecs.describeServices({ cluster: NAME, services: serviceArns, include: ['TAGS'] });
	const { taskDefinitionArns = [] } = await ecs.listTaskDefinitions({ status: 'ACTIVE' });
	const definitions = await Promise.all(
		taskDefinitionArns.map((taskDefinition) => ecs.describeTaskDefinition({ taskDefinition, include: ['TAGS'] })),
	);
	const { TargetGroups = [] } = await elb.describeTargetGroups({});
	const groupArns = TargetGroups.map(({ TargetGroupArn = '' }) => TargetGroupArn);
	const tagged = async (arns: readonly string[]) =>
		(await Promise.all(arns.map((arn) => elb.describeTags({ ResourceArns: [arn] })))).flatMap(
			({ TagDescriptions = [] }) => TagDescriptions,
		);
	const groups = (await tagged(groupArns)).filter((group) => JSON.stringify(group).includes(id));
	const { LoadBalancers = [] } = await elb.describeLoadBalancers({});
	const { Listeners = [] } = await elb.describeListeners({ LoadBalancerArn: LoadBalancers[0]?.LoadBalancerArn });
	const rules = (await Promise.all(Listeners.map(({ ListenerArn }) => elb.describeRules({ ListenerArn })))).flatMap(
		({ Rules = [] }) => Rules,
	);
	const { Parameters = [] } = await ssm.getParametersByPath({ Path: `/apps/${NAME}/${id}`, Recursive: true });
	const isOf = (thing: unknown) => {
		const text = JSON.stringify(thing);
		return text.includes(id) || groups.some(({ ResourceArn = '-' }) => text.includes(ResourceArn));
	};
	return [
		...services
			.filter(({ status }) => status !== 'INACTIVE')
			.filter(isOf)
			.map(() => 'service'),
		...definitions.filter(isOf).map(() => 'task definition'),
		...rules.filter(isOf).map(() => 'rule'),
		...groups.map(() => 'target group'),
		...Parameters.map(({ Name = '' }) => Name.slice(Name.lastIndexOf('/') + 1)),
	];
}
