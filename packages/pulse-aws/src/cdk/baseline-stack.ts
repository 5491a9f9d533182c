import {
	type App,
	CfnOutput,
	Fn,
	type IStackSynthesizer,
	LegacyStackSynthesizer,
	RemovalPolicy,
	Stack,
	Validations,
} from 'aws-cdk-lib';
import { Repository, TagMutability } from 'aws-cdk-lib/aws-ecr';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { appLogGroup, stackName } from '../deployments/names.ts';
import { EVERYBODY } from '../platform/baseline-outputs.ts';
import { loadBalancer } from './load-balancer.ts';
import { network } from './network.ts';
import { reaperFunction } from './reaper-function.ts';
import { taskRoles } from './roles.ts';
import { BASELINE_CONSTRUCT, type BaselineSettings } from './settings.ts';

/**
 * Everything that outlives a deployment. No asset, so no bootstrapped account; no account or region, so no lookups; and
 * everything with a fixed name goes with the stack, so that a torn-down name can be used again.
 * @param reaperCode the bundled handler; it must leave the template below 51,200 bytes
 */
export function baselineStack(app: App, settings: BaselineSettings, reaperCode: string): Stack {
	const name = settings.deploymentName;
	const stack = new Stack(app, BASELINE_CONSTRUCT, {
		stackName: stackName(name),
		description: `Pulse baseline of ${name}`,
		// The only one that works without bootstrapping: the bootstrapless one still names the deploy roles of a bootstrapped account.
		synthesizer: new LegacyStackSynthesizer() as IStackSynthesizer,
		analyticsReporting: false,
		// The toolkit sets what is said here; teardown takes it back.
		terminationProtection: true,
	});
	const net = network(stack, settings);
	const { balancer, listener } = loadBalancer(stack, settings, net);
	const log = new LogGroup(stack, 'AppLog', {
		logGroupName: appLogGroup(name),
		retention: RetentionDays.THREE_MONTHS,
		removalPolicy: RemovalPolicy.DESTROY,
	});
	const repository = new Repository(stack, 'Repository', {
		repositoryName: name,
		imageTagMutability: TagMutability.IMMUTABLE,
		// No lifecycle policy: it does not know what runs. The reaper prunes.
		removalPolicy: RemovalPolicy.DESTROY,
		emptyOnDelete: true,
	});
	const cluster = new Cluster(stack, 'Cluster', { clusterName: name, vpc: net.vpc });
	Validations.of(cluster).acknowledge({
		id: 'AwsSolutions-ECS4',
		reason: 'Container Insights is charged by task; whoever needs it switches it on for this cluster.',
	});
	const roles = taskRoles(stack, settings, repository, log);
	reaperFunction(stack, {
		settings,
		code: reaperCode,
		listenerArn: listener.listenerArn,
		vpcId: net.vpc.vpcId,
		repositoryArn: repository.repositoryArn,
	});

	const ids = (subnets: readonly { subnetId: string }[]) =>
		Fn.join(
			',',
			subnets.map((subnet) => subnet.subnetId),
		);
	const outputs: Record<string, string> = {
		AlbDnsName: balancer.loadBalancerDnsName,
		AlbHostedZoneId: balancer.loadBalancerCanonicalHostedZoneId,
		ListenerArn: listener.listenerArn,
		...(net.vpc.privateSubnets.length > 0 ? { PrivateSubnets: ids(net.vpc.privateSubnets) } : {}),
		PublicSubnets: ids(net.vpc.publicSubnets),
		TaskSubnets: ids(net.taskSubnets),
		AssignPublicIp: settings.nat === 'none' ? 'ENABLED' : 'DISABLED',
		AlbSecurityGroupId: net.balancerGroup.securityGroupId,
		ServiceSecurityGroupId: net.serviceGroup.securityGroupId,
		ClusterName: cluster.clusterName,
		LogGroupName: log.logGroupName,
		EcrRepositoryUri: repository.repositoryUri,
		VpcId: net.vpc.vpcId,
		CertificateArn: settings.certificateArn,
		ExecutionRoleArn: roles.execution.roleArn,
		TaskRoleArn: roles.task.roleArn,
		AllowedCidrs: settings.allowedCidrs.length > 0 ? settings.allowedCidrs.join(',') : EVERYBODY,
		IdleTimeoutSeconds: String(settings.idleTimeoutSeconds),
		VerificationSalt: settings.verificationSalt,
		VerificationToken: settings.verificationToken,
		ReaperScheduleMinutes: String(settings.reaperScheduleMinutes),
		ReaperMaxAgeHours: String(settings.reaperMaxAgeHours),
		ReaperDeploymentTimeoutHours: String(settings.reaperDeploymentTimeoutHours),
		RollbackWindowSeconds: String(settings.rollbackWindowSeconds),
		RollbackKeep: String(settings.rollbackKeep),
		...(settings.secretArns.length > 0 ? { SecretArns: settings.secretArns.join(',') } : {}),
	};
	for (const [key, value] of Object.entries(outputs)) new CfnOutput(stack, key, { value });
	return stack;
}
