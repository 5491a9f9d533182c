import { ACM } from '@aws-sdk/client-acm';
import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { ECR } from '@aws-sdk/client-ecr';
import { ECS } from '@aws-sdk/client-ecs';
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { IAM } from '@aws-sdk/client-iam';
import { Route53 } from '@aws-sdk/client-route-53';
import { SSM } from '@aws-sdk/client-ssm';
import { STS } from '@aws-sdk/client-sts';
import type { Aws } from '../calls/port.ts';

const region = 'us-east-1';

/** The SDK's real clients against a moto server: every request is what AWS itself would get. */
export function motoClients(url: string) {
	const config = {
		region,
		endpoint: url,
		credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
		maxAttempts: 1,
	};
	return {
		region,
		ecs: new ECS(config),
		elb: new ElasticLoadBalancingV2(config),
		ssm: new SSM(config),
		acm: new ACM(config),
		ecr: new ECR(config),
		cloudformation: new CloudFormation(config),
		cloudwatch: new CloudWatch(config),
		logs: new CloudWatchLogs(config),
		iam: new IAM(config),
		route53: new Route53(config),
		sts: new STS(config),
	} satisfies Aws;
}
