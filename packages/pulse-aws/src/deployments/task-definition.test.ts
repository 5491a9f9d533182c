import { expect, test } from 'vitest';
import type { TaskRequest } from '../config/task.ts';
import type { BaselineOutputs } from '../platform/baseline-outputs.ts';
import { taskDefinition } from './task-definition.ts';

const task: TaskRequest = {
	cpu: '256',
	memory: '512',
	architecture: 'arm64',
	keepsArchitecture: false,
	desiredCount: 2,
	env: { PULSE_SERVER_ADDRESS: 'https://app.example.com', COLOUR: 'red' },
	secrets: { TOKEN: 'arn:aws:ssm:eu-west-1:123456789012:parameter/token' },
	drainPollSeconds: 5,
	drainGraceSeconds: 20,
};
const made = taskDefinition({
	name: 'prod',
	id: 'prod-20260402-120000Z',
	imageUri: 'registry/prod@sha256:1',
	region: 'eu-west-1',
	baseline: {
		executionRoleArn: 'arn:execution',
		taskRoleArn: 'arn:task',
		logGroupName: '/aws/pulse/prod/app',
	} as BaselineOutputs,
	task,
});
const [container] = made.containerDefinitions ?? [];

test('A5.1: one essential container on port 8000 of a Fargate task, its log stream under the id', () => {
	expect(made).toMatchObject({
		family: 'prod-app',
		networkMode: 'awsvpc',
		requiresCompatibilities: ['FARGATE'],
		cpu: '256',
		memory: '512',
		runtimePlatform: { cpuArchitecture: 'ARM64' },
		executionRoleArn: 'arn:execution',
		taskRoleArn: 'arn:task',
		tags: [
			{ key: 'deployment-id', value: 'prod-20260402-120000Z' },
			{ key: 'deployment-name', value: 'prod' },
		],
	});
	expect(made.containerDefinitions).toHaveLength(1);
	expect(container).toMatchObject({
		name: 'app',
		image: 'registry/prod@sha256:1',
		essential: true,
		portMappings: [{ containerPort: 8000, protocol: 'tcp' }],
		logConfiguration: {
			logDriver: 'awslogs',
			options: {
				'awslogs-group': '/aws/pulse/prod/app',
				'awslogs-region': 'eu-west-1',
				'awslogs-stream-prefix': 'prod-20260402-120000Z',
			},
		},
	});
});

test('A5.2: the tasks get the four managed variables and those of the user, each once, and secrets by reference', () => {
	expect(Object.fromEntries((container?.environment ?? []).map(({ name, value }) => [name, value]))).toEqual({
		PULSE_AWS_DEPLOYMENT_NAME: 'prod',
		PULSE_AWS_DEPLOYMENT_ID: 'prod-20260402-120000Z',
		PULSE_AWS_DRAIN_POLL_SECONDS: '5',
		PULSE_AWS_DRAIN_GRACE_SECONDS: '20',
		PULSE_SERVER_ADDRESS: 'https://app.example.com',
		COLOUR: 'red',
	});
	expect(container?.environment).toHaveLength(6);
	expect(container?.secrets).toEqual([{ name: 'TOKEN', valueFrom: task.secrets.TOKEN }]);
});
