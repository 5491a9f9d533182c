import {
	createRule,
	createService,
	createTargetGroup,
	type Outputs,
	registerTaskDefinition,
} from 'aws-world/fixtures/roll-out';
import type { Aws } from '../../packages/pulse-aws/src/platform/aws.ts';

/** What each step gave: the part of the answer that must agree, or `error <name> <status>`. */
export type Outcomes = Readonly<Record<string, unknown>>;

/** The calls of a deployment's life and the ways they are refused. `settle` waits for what takes time. */
export async function liveOnce(aws: Aws, outputs: Outputs, settle: () => Promise<void>): Promise<Outcomes> {
	const outcomes: Record<string, unknown> = {};
	const step = async (name: string, run: () => Promise<unknown>) => {
		outcomes[name] = await run().catch((error) => `error ${error.name} ${error.$metadata?.httpStatusCode}`);
	};
	const cluster = outputs.ClusterName;
	const listener = { ListenerArn: outputs.ListenerArn };
	const rollOut = { id: 'shop-1', image: `${outputs.EcrRepositoryUri}:one`, priority: 100 };

	const group = await createTargetGroup(aws, outputs, rollOut.id);
	await step('target group', async () => {
		const [view] = (await aws.elb.describeTargetGroups({ Names: [rollOut.id] })).TargetGroups ?? [];
		const { TargetGroupName, Protocol, Port, TargetType, HealthCheckPath, Matcher } = view!;
		return { TargetGroupName, Protocol, Port, TargetType, HealthCheckPath, Matcher };
	});
	await step('same name, other settings', () => createTargetGroup(aws, { ...outputs, VpcId: 'vpc-1' }, rollOut.id));
	await step('stickiness', async () => {
		const { Attributes } = await aws.elb.modifyTargetGroupAttributes({
			TargetGroupArn: group,
			Attributes: [{ Key: 'stickiness.enabled', Value: 'true' }],
		});
		return Attributes?.find((attribute) => attribute.Key === 'stickiness.enabled')?.Value;
	});
	const rule = await createRule(aws, outputs, { ...rollOut, group });
	await step('same priority', () => createRule(aws, outputs, { ...rollOut, group }));
	await step('rules, a page each', async () => {
		const priorities: string[] = [];
		let Marker: string | undefined;
		do {
			const page = await aws.elb.describeRules({ ...listener, PageSize: 1, ...(Marker ? { Marker } : {}) });
			priorities.push(...(page.Rules ?? []).map((view) => view.Priority ?? ''));
			Marker = page.NextMarker;
		} while (Marker);
		return priorities.sort();
	});
	await step('rule’s condition', async () => {
		const { Rules } = await aws.elb.describeRules({ RuleArns: [rule] });
		return Rules?.[0]?.Conditions?.[0]?.QueryStringConfig;
	});
	const other = await createTargetGroup(aws, outputs, 'shop-2');
	const weighted = (weights: readonly number[]) => ({
		Type: 'forward' as const,
		ForwardConfig: {
			TargetGroups: [other, group].map((arn, at) => ({ TargetGroupArn: arn, Weight: weights[at] })),
			TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 604_800 },
		},
	});
	const drawn = await aws.elb.createRule({
		...listener,
		Priority: 40_010,
		Conditions: [
			{ Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'sec-fetch-dest', Values: ['document'] } },
			{ Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['GET'] } },
		],
		Actions: [weighted([50, 950])],
	});
	const drawArn = drawn.Rules?.[0]?.RuleArn ?? '';
	const drawRule = async () => {
		const [view] = (await aws.elb.describeRules({ RuleArns: [drawArn] })).Rules ?? [];
		const { ForwardConfig, Type } = view?.Actions?.[0] ?? {};
		return {
			Type,
			weights: ForwardConfig?.TargetGroups?.map(({ TargetGroupArn, Weight }) => [TargetGroupArn === other, Weight]),
			sticky: ForwardConfig?.TargetGroupStickinessConfig,
			conditions: view?.Conditions?.map((one) => [one.Field, one.HttpHeaderConfig, one.HttpRequestMethodConfig]),
		};
	};
	await step('a rule that draws by weight', drawRule);
	await step('other weights', async () => {
		await aws.elb.modifyRule({ RuleArn: drawArn, Actions: [weighted([250, 750])] });
		return (await drawRule()).weights;
	});
	await step('too large a weight', () =>
		aws.elb.modifyRule({ RuleArn: drawArn, Actions: [weighted([1000, 0])] }).then(() => 'taken'),
	);
	await step('a drawn group in use', () => aws.elb.deleteTargetGroup({ TargetGroupArn: other }));
	await step('the rule that draws deleted', async () => {
		await aws.elb.deleteRule({ RuleArn: drawArn });
		await aws.elb.deleteTargetGroup({ TargetGroupArn: other });
		return 'deleted';
	});
	await step('group in use', () => aws.elb.deleteTargetGroup({ TargetGroupArn: group }));
	await step('tags of the group', async () => {
		return (await aws.elb.describeTags({ ResourceArns: [group] })).TagDescriptions?.[0]?.Tags;
	});
	await step('unknown rule', () => aws.elb.deleteRule({ RuleArn: `${rule}0` }).then(() => 'deleted'));

	const definition = await registerTaskDefinition(aws, outputs, rollOut);
	await step('task definition', async () => definition.split('/')[1]);
	await step('service', async () => {
		await createService(aws, outputs, rollOut, { group, definition });
		const { services } = await aws.ecs.describeServices({
			...(cluster ? { cluster } : {}),
			services: [rollOut.id],
			include: ['TAGS'],
		});
		const { status, desiredCount, serviceName, tags } = services![0]!;
		return { status, desiredCount, serviceName, tags };
	});
	await step('services listed', async () => {
		const { serviceArns } = await aws.ecs.listServices({ cluster });
		return serviceArns?.map((arn) => arn.split('/').at(-1));
	});
	await step('unknown service', async () => {
		const { failures } = await aws.ecs.describeServices({ cluster, services: ['nobody'] });
		return failures?.map((failure) => failure.reason);
	});
	await step('scaling an unknown service', () =>
		aws.ecs.updateService({ cluster, service: 'nobody', desiredCount: 0 }),
	);
	await step('unknown cluster', () => aws.ecs.listServices({ cluster: 'nowhere' }));
	await step('delete while scaled up', () => aws.ecs.deleteService({ cluster, service: rollOut.id }));

	const Name = '/apps/shop/shop-1/state';
	await step('parameter', () =>
		aws.ssm.putParameter({ Name, Value: 'deploying', Type: 'String' }).then((a) => a.Version),
	);
	await step('parameter again', () => aws.ssm.putParameter({ Name, Value: 'active', Type: 'String' }));
	await step('parameter over', () =>
		aws.ssm.putParameter({ Name, Value: 'active', Type: 'String', Overwrite: true }).then((a) => a.Version),
	);
	await step('parameters', async () => {
		const { Parameters, InvalidParameters } = await aws.ssm.getParameters({ Names: [Name, '/no'] });
		return [Parameters?.map((parameter) => parameter.Value), InvalidParameters];
	});
	await step('parameters by path', async () => {
		for (const task of ['a', 'b', 'c']) {
			await aws.ssm.putParameter({ Name: `/apps/shop/shop-1/tasks/${task}`, Value: 'x', Type: 'String' });
		}
		const names: string[] = [];
		let NextToken: string | undefined;
		do {
			const page = await aws.ssm.getParametersByPath({
				Path: '/apps/shop',
				Recursive: true,
				MaxResults: 2,
				...(NextToken ? { NextToken } : {}),
			});
			names.push(...(page.Parameters ?? []).map((parameter) => parameter.Name ?? ''));
			NextToken = page.NextToken;
		} while (NextToken);
		return names.sort();
	});
	await step('parameters deleted', async () => {
		const { DeletedParameters, InvalidParameters } = await aws.ssm.deleteParameters({ Names: [Name, '/no'] });
		return [DeletedParameters, InvalidParameters];
	});

	await step('default action', async () => {
		await aws.elb.modifyListener({ ...listener, DefaultActions: [{ Type: 'forward', TargetGroupArn: group }] });
		const { Listeners } = await aws.elb.describeListeners({ ListenerArns: [outputs.ListenerArn ?? ''] });
		return Listeners?.[0]?.DefaultActions?.[0]?.TargetGroupArn === group;
	});
	await step('listener’s certificates', async () => {
		const { Certificates } = await aws.elb.describeListenerCertificates(listener);
		return Certificates?.map((certificate) => [
			certificate.CertificateArn === outputs.CertificateArn,
			certificate.IsDefault,
		]);
	});
	await step('what nobody asked of the target group', async () => {
		const { Label, Datapoints } = await aws.cloudwatch.getMetricStatistics({
			Namespace: 'AWS/ApplicationELB',
			MetricName: 'RequestCount',
			Dimensions: [
				{ Name: 'LoadBalancer', Value: listener.ListenerArn?.split(':listener/')[1]?.split('/').slice(0, 3).join('/') },
				{ Name: 'TargetGroup', Value: group?.split(':').at(-1) },
			],
			StartTime: new Date(0),
			EndTime: new Date(60_000),
			Period: 60,
			Statistics: ['Sum'],
		});
		return [Label, Datapoints];
	});
	await step('certificate', async () => {
		const { Certificate } = await aws.acm.describeCertificate({ CertificateArn: outputs.CertificateArn });
		return [Certificate?.DomainName, Certificate?.Status];
	});
	await step('unknown certificate', () =>
		aws.acm.describeCertificate({ CertificateArn: `${outputs.CertificateArn?.slice(0, -4)}ffff` }),
	);
	await step('unknown stack', () => aws.cloudformation.describeStacks({ StackName: 'nobody' }));
	await step('unknown repository', () => aws.ecr.describeImages({ repositoryName: 'nobody' }));
	await step('unknown log group', () => aws.logs.getLogEvents({ logGroupName: '/no', logStreamName: 'x' }));
	await step('unknown hosted zone', () =>
		aws.route53.changeResourceRecordSets({
			HostedZoneId: 'ZNOBODY',
			ChangeBatch: {
				Changes: [
					{
						Action: 'UPSERT',
						ResourceRecordSet: { Name: 'a.b.', Type: 'A', TTL: 1, ResourceRecords: [{ Value: '1.1.1.1' }] },
					},
				],
			},
		}),
	);
	await step('who', () => aws.sts.getCallerIdentity({}).then((answer) => answer.Account));

	await step('scaled down', async () => {
		await aws.ecs.updateService({ cluster, service: rollOut.id, desiredCount: 0 });
		await settle();
		const { services } = await aws.ecs.describeServices({ cluster, services: [rollOut.id] });
		return [services?.[0]?.desiredCount, services?.[0]?.runningCount];
	});
	await step('retired', async () => {
		const fixed = { Type: 'fixed-response' as const, FixedResponseConfig: { StatusCode: '503' } };
		await aws.elb.modifyListener({ ...listener, DefaultActions: [fixed] });
		await aws.elb.deleteRule({ RuleArn: rule });
		await aws.elb.deleteTargetGroup({ TargetGroupArn: group });
		await aws.ecs.deregisterTaskDefinition({ taskDefinition: definition });
		const { taskDefinitionArns } = await aws.ecs.listTaskDefinitions({ familyPrefix: 'shop-app', status: 'ACTIVE' });
		return taskDefinitionArns;
	});
	await step('deleted', async () => {
		const { service } = await aws.ecs.deleteService({ cluster, service: rollOut.id });
		return service?.status;
	});
	return outcomes;
}
