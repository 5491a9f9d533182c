import type * as acm from '@aws-sdk/client-acm';
import type * as cloudformation from '@aws-sdk/client-cloudformation';
import type * as cloudwatch from '@aws-sdk/client-cloudwatch';
import type * as logs from '@aws-sdk/client-cloudwatch-logs';
import type * as ecr from '@aws-sdk/client-ecr';
import type * as ecs from '@aws-sdk/client-ecs';
import type * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import type * as iam from '@aws-sdk/client-iam';
import type * as route53 from '@aws-sdk/client-route-53';
import type * as ssm from '@aws-sdk/client-ssm';
import type * as sts from '@aws-sdk/client-sts';

type Call<Input, Output> = (input: Input, options?: { abortSignal?: AbortSignal }) => Promise<Output>;

/**
 * The AWS calls this package makes and no others: the SDK's own inputs, outputs and error names, one method a call.
 * The SDK's aggregated clients satisfy it as they are; the in-memory world of the tests implements it.
 */
export interface Aws {
	readonly region: string;
	readonly ecs: {
		createService: Call<ecs.CreateServiceCommandInput, ecs.CreateServiceCommandOutput>;
		updateService: Call<ecs.UpdateServiceCommandInput, ecs.UpdateServiceCommandOutput>;
		deleteService: Call<ecs.DeleteServiceCommandInput, ecs.DeleteServiceCommandOutput>;
		/** 10 a page unless told otherwise. */
		listServices: Call<ecs.ListServicesCommandInput, ecs.ListServicesCommandOutput>;
		/** At most 10 a call. */
		describeServices: Call<ecs.DescribeServicesCommandInput, ecs.DescribeServicesCommandOutput>;
		/** At most 100 a call; one that is not there is among the failures. */
		describeClusters: Call<ecs.DescribeClustersCommandInput, ecs.DescribeClustersCommandOutput>;
		listTasks: Call<ecs.ListTasksCommandInput, ecs.ListTasksCommandOutput>;
		describeTasks: Call<ecs.DescribeTasksCommandInput, ecs.DescribeTasksCommandOutput>;
		registerTaskDefinition: Call<ecs.RegisterTaskDefinitionCommandInput, ecs.RegisterTaskDefinitionCommandOutput>;
		describeTaskDefinition: Call<ecs.DescribeTaskDefinitionCommandInput, ecs.DescribeTaskDefinitionCommandOutput>;
		listTaskDefinitions: Call<ecs.ListTaskDefinitionsCommandInput, ecs.ListTaskDefinitionsCommandOutput>;
		deregisterTaskDefinition: Call<ecs.DeregisterTaskDefinitionCommandInput, ecs.DeregisterTaskDefinitionCommandOutput>;
		/** At most 10 a call, and only inactive ones. */
		deleteTaskDefinitions: Call<ecs.DeleteTaskDefinitionsCommandInput, ecs.DeleteTaskDefinitionsCommandOutput>;
		tagResource: Call<ecs.TagResourceCommandInput, ecs.TagResourceCommandOutput>;
	};
	readonly elb: {
		describeAccountLimits: Call<elb.DescribeAccountLimitsCommandInput, elb.DescribeAccountLimitsCommandOutput>;
		/** At most 20 ARNs a call. */
		describeLoadBalancers: Call<elb.DescribeLoadBalancersCommandInput, elb.DescribeLoadBalancersCommandOutput>;
		createTargetGroup: Call<elb.CreateTargetGroupCommandInput, elb.CreateTargetGroupCommandOutput>;
		modifyTargetGroupAttributes: Call<
			elb.ModifyTargetGroupAttributesCommandInput,
			elb.ModifyTargetGroupAttributesCommandOutput
		>;
		deleteTargetGroup: Call<elb.DeleteTargetGroupCommandInput, elb.DeleteTargetGroupCommandOutput>;
		describeTargetGroups: Call<elb.DescribeTargetGroupsCommandInput, elb.DescribeTargetGroupsCommandOutput>;
		/** At most 20 ARNs a call. */
		describeTags: Call<elb.DescribeTagsCommandInput, elb.DescribeTagsCommandOutput>;
		/** Not paginated. */
		describeTargetHealth: Call<elb.DescribeTargetHealthCommandInput, elb.DescribeTargetHealthCommandOutput>;
		createRule: Call<elb.CreateRuleCommandInput, elb.CreateRuleCommandOutput>;
		modifyRule: Call<elb.ModifyRuleCommandInput, elb.ModifyRuleCommandOutput>;
		deleteRule: Call<elb.DeleteRuleCommandInput, elb.DeleteRuleCommandOutput>;
		describeRules: Call<elb.DescribeRulesCommandInput, elb.DescribeRulesCommandOutput>;
		describeListeners: Call<elb.DescribeListenersCommandInput, elb.DescribeListenersCommandOutput>;
		modifyListener: Call<elb.ModifyListenerCommandInput, elb.ModifyListenerCommandOutput>;
		describeListenerCertificates: Call<
			elb.DescribeListenerCertificatesCommandInput,
			elb.DescribeListenerCertificatesCommandOutput
		>;
		removeListenerCertificates: Call<
			elb.RemoveListenerCertificatesCommandInput,
			elb.RemoveListenerCertificatesCommandOutput
		>;
	};
	readonly ssm: {
		putParameter: Call<ssm.PutParameterCommandInput, ssm.PutParameterCommandOutput>;
		/** At most 10 names a call. Without `WithDecryption` a `SecureString` comes as it is kept. */
		getParameters: Call<ssm.GetParametersCommandInput, ssm.GetParametersCommandOutput>;
		/** At most 10 a page; a page may be short and still have a next one. */
		getParametersByPath: Call<ssm.GetParametersByPathCommandInput, ssm.GetParametersByPathCommandOutput>;
		/** Oldest first, at most 50 a page, of the newest hundred versions. */
		getParameterHistory: Call<ssm.GetParameterHistoryCommandInput, ssm.GetParameterHistoryCommandOutput>;
		/** At most 10 names a call. */
		deleteParameters: Call<ssm.DeleteParametersCommandInput, ssm.DeleteParametersCommandOutput>;
	};
	readonly acm: {
		/** Without `Includes.keyTypes` only RSA certificates are listed. */
		listCertificates: Call<acm.ListCertificatesCommandInput, acm.ListCertificatesCommandOutput>;
		describeCertificate: Call<acm.DescribeCertificateCommandInput, acm.DescribeCertificateCommandOutput>;
		requestCertificate: Call<acm.RequestCertificateCommandInput, acm.RequestCertificateCommandOutput>;
	};
	readonly ecr: {
		getAuthorizationToken: Call<ecr.GetAuthorizationTokenCommandInput, ecr.GetAuthorizationTokenCommandOutput>;
		describeImages: Call<ecr.DescribeImagesCommandInput, ecr.DescribeImagesCommandOutput>;
		batchGetImage: Call<ecr.BatchGetImageCommandInput, ecr.BatchGetImageCommandOutput>;
		putImage: Call<ecr.PutImageCommandInput, ecr.PutImageCommandOutput>;
		batchDeleteImage: Call<ecr.BatchDeleteImageCommandInput, ecr.BatchDeleteImageCommandOutput>;
		describeRepositories: Call<ecr.DescribeRepositoriesCommandInput, ecr.DescribeRepositoriesCommandOutput>;
	};
	readonly cloudformation: {
		describeStacks: Call<cloudformation.DescribeStacksCommandInput, cloudformation.DescribeStacksCommandOutput>;
		describeStackEvents: Call<
			cloudformation.DescribeStackEventsCommandInput,
			cloudformation.DescribeStackEventsCommandOutput
		>;
		/** Not paginated: the first hundred. */
		describeStackResources: Call<
			cloudformation.DescribeStackResourcesCommandInput,
			cloudformation.DescribeStackResourcesCommandOutput
		>;
		deleteStack: Call<cloudformation.DeleteStackCommandInput, cloudformation.DeleteStackCommandOutput>;
		updateTerminationProtection: Call<
			cloudformation.UpdateTerminationProtectionCommandInput,
			cloudformation.UpdateTerminationProtectionCommandOutput
		>;
		continueUpdateRollback: Call<
			cloudformation.ContinueUpdateRollbackCommandInput,
			cloudformation.ContinueUpdateRollbackCommandOutput
		>;
	};
	readonly logs: {
		getLogEvents: Call<logs.GetLogEventsCommandInput, logs.GetLogEventsCommandOutput>;
		/** All streams whose names begin alike, from a time on; a page may be empty. */
		filterLogEvents: Call<logs.FilterLogEventsCommandInput, logs.FilterLogEventsCommandOutput>;
		deleteLogGroup: Call<logs.DeleteLogGroupCommandInput, logs.DeleteLogGroupCommandOutput>;
	};
	readonly cloudwatch: {
		/** One metric a call, its points in no order; a minute without any has no point. */
		getMetricStatistics: Call<cloudwatch.GetMetricStatisticsCommandInput, cloudwatch.GetMetricStatisticsCommandOutput>;
	};
	readonly route53: {
		listHostedZonesByName: Call<route53.ListHostedZonesByNameCommandInput, route53.ListHostedZonesByNameCommandOutput>;
		/** From a name and type on, at most 300 a page. */
		listResourceRecordSets: Call<
			route53.ListResourceRecordSetsCommandInput,
			route53.ListResourceRecordSetsCommandOutput
		>;
		changeResourceRecordSets: Call<
			route53.ChangeResourceRecordSetsCommandInput,
			route53.ChangeResourceRecordSetsCommandOutput
		>;
		getChange: Call<route53.GetChangeCommandInput, route53.GetChangeCommandOutput>;
	};
	readonly iam: {
		getRole: Call<iam.GetRoleCommandInput, iam.GetRoleCommandOutput>;
	};
	readonly sts: {
		getCallerIdentity: Call<sts.GetCallerIdentityCommandInput, sts.GetCallerIdentityCommandOutput>;
	};
}

/**
 * The one thing that is not a plain call: bringing the baseline stack to what the settings ask (CDK toolkit in process,
 * or the command-line CDK). The in-memory world provides its own.
 */
export interface BaselineDeployer {
	/** Of what it deploys: a stack of another version is updated. */
	readonly version: string;
	/** Throws where what it needs is not installed: asked before anything is changed. */
	check(): void;
	deploy(
		request: { stackName: string; context: Readonly<Record<string, string>>; tags: Readonly<Record<string, string>> },
		signal: AbortSignal,
	): Promise<void>;
}
