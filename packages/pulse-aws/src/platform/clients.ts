import type { Agent } from 'node:https';
import type { Aws } from './aws.ts';
import type { AwsTime } from './aws-time.ts';
import { NETWORK } from './network.ts';
import { withAgent } from './proxy-agent.ts';

/** Real clients. Adaptive retries slow down under throttling, instead of failing a deploy half way. */
const CONFIG = { retryMode: 'adaptive', maxAttempts: 8 } as const;

/**
 * @param region `undefined`: from the environment or the profile
 * @param agent by which requests leave this machine; `null`: directly
 * @param time hears of each answer
 */
export async function connectAws(
	region: string | undefined,
	agent: Agent | null = null,
	time: AwsTime | null = null,
): Promise<Aws> {
	const [acm, cloudformation, logs, ecr, ecs, elb, route53, ssm, sts] = await Promise.all([
		import('@aws-sdk/client-acm'),
		import('@aws-sdk/client-cloudformation'),
		import('@aws-sdk/client-cloudwatch-logs'),
		import('@aws-sdk/client-ecr'),
		import('@aws-sdk/client-ecs'),
		import('@aws-sdk/client-elastic-load-balancing-v2'),
		import('@aws-sdk/client-route-53'),
		import('@aws-sdk/client-ssm'),
		import('@aws-sdk/client-sts'),
	]);
	const common = { ...CONFIG, ...withAgent(NETWORK, agent) };
	const config = region === undefined ? common : { ...common, region };
	const ecsClient = new ecs.ECS(config);
	const clients = {
		ecs: ecsClient,
		elb: new elb.ElasticLoadBalancingV2(config),
		ssm: new ssm.SSM(config),
		acm: new acm.ACM(config),
		ecr: new ecr.ECR(config),
		cloudformation: new cloudformation.CloudFormation(config),
		logs: new logs.CloudWatchLogs(config),
		route53: new route53.Route53(config),
		sts: new sts.STS(config),
	};
	if (time !== null) for (const { middlewareStack } of Object.values(clients)) tellTime(middlewareStack, time);
	// Of `doctor` alone: no other command loads it.
	const iam: Aws['iam'] = {
		getRole: async (...asked) => new (await import('@aws-sdk/client-iam')).IAM(config).getRole(...asked),
	};
	// Of `status` and `dashboard` alone.
	let watching: Promise<Aws['cloudwatch']> | undefined;
	const cloudwatch: Aws['cloudwatch'] = {
		getMetricStatistics: async (...asked) => {
			watching ??= import('@aws-sdk/client-cloudwatch').then(({ CloudWatch }) => new CloudWatch(config));
			return (await watching).getMetricStatistics(...asked);
		},
	};
	return { iam, cloudwatch, region: await ecsClient.config.region().catch(() => ''), ...clients };
}

type Answering = (args: never) => Promise<{ readonly response: unknown }>;
interface Stack {
	add(middleware: never, options: { step: 'deserialize'; name: string }): void;
}

function tellTime(stack: object, time: AwsTime): void {
	const middleware = (next: Answering) => async (args: never) => {
		const answer = await next(args);
		const { headers } = answer.response as { headers?: Readonly<Record<string, string>> };
		time.heard(headers?.date);
		return answer;
	};
	(stack as Stack).add(middleware as never, { step: 'deserialize', name: 'awsTime' });
}
