import { Duration, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code, Function as LambdaFunctionConstruct, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import {
	historyPath,
	loadBalancerName,
	lockParameter,
	noticesParameter,
	notifyParameter,
	parameterRoot,
} from '../deployments/names.ts';
import { NAME_TAG } from '../deployments/tags.ts';
import { REAPER_VARIABLES } from '../protocol.ts';
import { acknowledgeWildcards, arnOf } from './arn.ts';
import { packedCode } from './packed-code.ts';
import type { BaselineSettings } from './settings.ts';

export interface ReaperFunctionProps {
	readonly settings: BaselineSettings;
	/** The bundled handler, CommonJS. */
	readonly code: string;
	readonly listenerArn: string;
	readonly vpcId: string;
	readonly repositoryArn: string;
}

/** Runs every few minutes; two runs at once do no harm, so no concurrency is reserved (small accounts have none to give). */
export function reaperFunction(stack: Stack, props: ReaperFunctionProps): void {
	const { settings } = props;
	const logGroup = new LogGroup(stack, 'ReaperLog', {
		retention: RetentionDays.ONE_MONTH,
		removalPolicy: RemovalPolicy.DESTROY,
	});
	const role = new Role(stack, 'ReaperRole', {
		assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
		inlinePolicies: { reap: new PolicyDocument({ statements: statements(props, logGroup) }) },
	});
	const owned = ownedResources(settings.deploymentName);
	acknowledgeWildcards(role, 'Describe and list calls take no resource.', ['*']);
	acknowledgeWildcards(role, 'What deployments own is named at run time, below this.', Object.values(owned));
	acknowledgeWildcards(role, 'The parameters of the history, spelled out, take more of the template than there is.', [
		`ssm parameter${historyPath(settings.deploymentName)}/*`,
	]);
	const reaper = new LambdaFunctionConstruct(stack, 'Reaper', {
		runtime: Runtime.NODEJS_24_X,
		handler: 'index.handler',
		code: Code.fromInline(packedCode(props.code)),
		role,
		logGroup,
		memorySize: 256,
		timeout: Duration.seconds(180),
		// The next tick comes soon; a late retry would only overlap it.
		retryAttempts: 0,
		environment: {
			[REAPER_VARIABLES.cluster]: settings.deploymentName,
			[REAPER_VARIABLES.deploymentName]: settings.deploymentName,
			[REAPER_VARIABLES.listenerArn]: props.listenerArn,
			[REAPER_VARIABLES.vpcId]: props.vpcId,
			[REAPER_VARIABLES.repository]: settings.deploymentName,
			[REAPER_VARIABLES.maxAgeHours]: String(settings.reaperMaxAgeHours),
			[REAPER_VARIABLES.deploymentTimeoutHours]: String(settings.reaperDeploymentTimeoutHours),
			[REAPER_VARIABLES.rollbackWindowSeconds]: String(settings.rollbackWindowSeconds),
			[REAPER_VARIABLES.rollbackKeep]: String(settings.rollbackKeep),
		},
	});
	new Rule(stack, 'ReaperSchedule', {
		schedule: Schedule.rate(Duration.minutes(settings.reaperScheduleMinutes)),
		targets: [new LambdaFunction(reaper, { retryAttempts: 0, maxEventAge: Duration.seconds(60) })],
	});
}

function statements({ settings, repositoryArn, listenerArn }: ReaperFunctionProps, log: LogGroup): PolicyStatement[] {
	const name = settings.deploymentName;
	const cluster = { ArnEquals: { 'ecs:cluster': arnOf('ecs', `cluster/${name}`) } };
	const owned = ownedResources(name);
	const parametersOf = (names: readonly string[]) => names.map((one) => arnOf('ssm', `parameter${one}`));
	const arn = (resource: string) => {
		const [service = '', path = ''] = resource.split(' ');
		return arnOf(service, path);
	};
	return [
		new PolicyStatement({
			actions: ['ecs:ListServices', 'ecs:ListTasks', 'ecs:DescribeServices', 'ecs:DescribeTasks'],
			resources: ['*'],
			conditions: cluster,
		}),
		new PolicyStatement({
			actions: ['ecs:UpdateService', 'ecs:DeleteService', 'ecs:TagResource'],
			resources: [arn(owned.services)],
		}),
		new PolicyStatement({
			actions: [
				'ecs:ListTaskDefinitions',
				'ecs:DescribeTaskDefinition',
				'ecs:DeregisterTaskDefinition',
				'elasticloadbalancing:DescribeListeners',
				'elasticloadbalancing:DescribeRules',
				'elasticloadbalancing:DescribeTargetGroups',
				'elasticloadbalancing:DescribeTargetHealth',
				'elasticloadbalancing:DescribeTags',
			],
			resources: ['*'],
		}),
		new PolicyStatement({
			actions: ['elasticloadbalancing:DeleteRule', 'elasticloadbalancing:ModifyRule'],
			resources: [arn(owned.rules)],
		}),
		// The last share of a canary's schedule.
		new PolicyStatement({ actions: ['elasticloadbalancing:ModifyListener'], resources: [listenerArn] }),
		new PolicyStatement({
			actions: ['elasticloadbalancing:DeleteTargetGroup'],
			resources: [arn(owned.targetGroups)],
			// The ARN alone would also match those of a deployment name that begins with this one.
			conditions: { StringEquals: { [`aws:ResourceTag/${NAME_TAG}`]: name } },
		}),
		new PolicyStatement({
			actions: [
				'ssm:GetParametersByPath',
				'ssm:GetParameters',
				'ssm:GetParameterHistory',
				'ssm:PutParameter',
				'ssm:DeleteParameters',
			],
			// Listing a path is allowed on the path itself, the rest below it.
			resources: [arn(`ssm parameter${parameterRoot(name)}`), arn(owned.parameters)],
		}),
		// The key that encrypts it is AWS's own, which a role that may read the parameter may use.
		new PolicyStatement({
			actions: ['ssm:GetParameters', 'ssm:GetParameterHistory'],
			resources: parametersOf([notifyParameter(name)]),
		}),
		// What moves visitors is done under the deploy lock.
		new PolicyStatement({
			actions: ['ssm:GetParameters', 'ssm:GetParameterHistory', 'ssm:PutParameter'],
			resources: parametersOf([`${historyPath(name)}/*`, noticesParameter(name), lockParameter(name)]),
		}),
		new PolicyStatement({ actions: ['ecr:DescribeImages', 'ecr:BatchDeleteImage'], resources: [repositoryArn] }),
		new PolicyStatement({
			actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
			resources: [log.logGroupArn],
		}),
	];
}

/** What may be changed: `<service> <resource>`, each with its wildcard. */
function ownedResources(name: string) {
	return {
		services: `ecs service/${name}/*`,
		rules: `elasticloadbalancing listener-rule/app/${loadBalancerName(name)}/*`,
		// A target group's name keeps at most 23 characters of the deployment id.
		targetGroups: `elasticloadbalancing targetgroup/${`${name}-`.slice(0, 23)}*/*`,
		parameters: `ssm parameter${parameterRoot(name)}/*`,
	};
}
