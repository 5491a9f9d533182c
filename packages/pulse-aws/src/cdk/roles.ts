import type { Stack } from 'aws-cdk-lib';
import type { Repository } from 'aws-cdk-lib/aws-ecr';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { parameterRoot } from '../deployments/names.ts';
import { acknowledgeWildcards, arnOf } from './arn.ts';
import type { BaselineSettings } from './settings.ts';

export interface TaskRoles {
	readonly execution: Role;
	readonly task: Role;
}

/** Who starts a task, and who it is once it runs. */
export function taskRoles(stack: Stack, settings: BaselineSettings, repository: Repository, log: LogGroup): TaskRoles {
	const assumedBy = new ServicePrincipal('ecs-tasks.amazonaws.com');
	// Tasks read how their deployment stands and write what they say of themselves. Who may write is one role for all of them;
	// whose word a task's parameter holds, the reaper asks Parameter Store.
	const states = `parameter${parameterRoot(settings.deploymentName)}/*/state`;
	const words = `parameter${parameterRoot(settings.deploymentName)}/*/tasks/*`;
	const execution = new Role(stack, 'ExecutionRole', {
		assumedBy,
		inlinePolicies: {
			start: new PolicyDocument({
				statements: [
					new PolicyStatement({ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] }),
					new PolicyStatement({
						actions: ['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'],
						resources: [repository.repositoryArn],
					}),
					new PolicyStatement({
						actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
						resources: [log.logGroupArn],
					}),
					...secretStatements(settings.secretArns),
				],
			}),
		},
	});
	const task = new Role(stack, 'TaskRole', {
		assumedBy,
		inlinePolicies: {
			state: new PolicyDocument({
				statements: [
					new PolicyStatement({
						actions: ['ssm:GetParameter', 'ssm:GetParameters'],
						resources: [arnOf('ssm', states)],
					}),
					new PolicyStatement({ actions: ['ssm:PutParameter'], resources: [arnOf('ssm', words)] }),
					// Where the other tasks of its deployment are. The calls know no resource but the cluster, by this condition.
					new PolicyStatement({
						actions: ['ecs:ListTasks', 'ecs:DescribeTasks'],
						resources: ['*'],
						conditions: { ArnEquals: { 'ecs:cluster': arnOf('ecs', `cluster/${settings.deploymentName}`) } },
					}),
				],
			}),
		},
	});
	acknowledgeWildcards(execution, 'Registry login takes no resource.', ['*']);
	acknowledgeWildcards(task, 'Lists of tasks take no resource; the condition names the cluster.', ['*']);
	acknowledgeWildcards(task, 'Deployments and their tasks are named at run time, below this path.', [
		`ssm ${states}`,
		`ssm ${words}`,
	]);
	return { execution, task };
}

function secretStatements(arns: readonly string[]): PolicyStatement[] {
	const parameters = arns.filter((arn) => arn.includes(':ssm:'));
	const secrets = arns.filter((arn) => arn.includes(':secretsmanager:'));
	return [
		...(parameters.length > 0 ? [new PolicyStatement({ actions: ['ssm:GetParameters'], resources: parameters })] : []),
		...(secrets.length > 0
			? [new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: secrets })]
			: []),
	];
}
