import { expect, test } from 'vitest';
import type { TaskRequest } from '../config/task.ts';
import type { BaselineOutputs } from '../platform/baseline-outputs.ts';
import type { ContainerRequest } from './container.ts';
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
const facts = {
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
	taskSecret: '5ec7e7',
	container: null,
};
const made = taskDefinition(facts);
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

test('A5.2: the tasks get the four managed variables, what they share, and those of the user, each once, and secrets by reference', () => {
	expect(Object.fromEntries((container?.environment ?? []).map(({ name, value }) => [name, value]))).toEqual({
		PULSE_AWS_DEPLOYMENT_NAME: 'prod',
		PULSE_AWS_DEPLOYMENT_ID: 'prod-20260402-120000Z',
		PULSE_AWS_DRAIN_POLL_SECONDS: '5',
		PULSE_AWS_DRAIN_GRACE_SECONDS: '20',
		PULSE_AWS_TASK_SECRET: '5ec7e7',
		PULSE_SERVER_ADDRESS: 'https://app.example.com',
		COLOUR: 'red',
	});
	expect(container?.environment).toHaveLength(7);
	expect(container?.secrets).toEqual([{ name: 'TOKEN', valueFrom: task.secrets.TOKEN }]);
});

test('A5: of a Pulse app it is, byte for byte, what it always was, but for what its tasks share', () => {
	expect(JSON.stringify(made)).toBe(
		'{"family":"prod-app","networkMode":"awsvpc","requiresCompatibilities":["FARGATE"],"cpu":"256","memory":"512","runtimePlatform":{"cpuArchitecture":"ARM64","operatingSystemFamily":"LINUX"},"executionRoleArn":"arn:execution","taskRoleArn":"arn:task","containerDefinitions":[{"name":"app","image":"registry/prod@sha256:1","essential":true,"portMappings":[{"containerPort":8000,"protocol":"tcp"}],"stopTimeout":120,"environment":[{"name":"PULSE_SERVER_ADDRESS","value":"https://app.example.com"},{"name":"COLOUR","value":"red"},{"name":"PULSE_AWS_DEPLOYMENT_NAME","value":"prod"},{"name":"PULSE_AWS_DEPLOYMENT_ID","value":"prod-20260402-120000Z"},{"name":"PULSE_AWS_DRAIN_POLL_SECONDS","value":"5"},{"name":"PULSE_AWS_DRAIN_GRACE_SECONDS","value":"20"},{"name":"PULSE_AWS_TASK_SECRET","value":"5ec7e7"}],"secrets":[{"name":"TOKEN","valueFrom":"arn:aws:ssm:eu-west-1:123456789012:parameter/token"}],"logConfiguration":{"logDriver":"awslogs","options":{"awslogs-group":"/aws/pulse/prod/app","awslogs-region":"eu-west-1","awslogs-stream-prefix":"prod-20260402-120000Z"}}}],"tags":[{"key":"deployment-id","value":"prod-20260402-120000Z"},{"key":"deployment-name","value":"prod"}]}',
	);
});

const STREAMLIT: ContainerRequest = {
	affinity: 'session',
	port: 8501,
	healthPath: '/well',
	healthHost: 'app.example.com',
	start: null,
	sidecarImage: 'ghcr.io/erwinkn/pulse-aws-sidecar:0.1.0',
	hiddenTabSeconds: 900,
	framework: 'Streamlit',
	says: '',
};
const containersOf = (container: Partial<ContainerRequest> = {}) => {
	const { containerDefinitions = [] } = taskDefinition({ ...facts, container: { ...STREAMLIT, ...container } });
	const [app, sidecar] = containerDefinitions;
	const env = (of = app) => Object.fromEntries(of?.environment?.map(({ name, value }) => [name, value]) ?? []);
	return { app, sidecar, env, count: containerDefinitions.length };
};

test('A5.3: a container app gets a sidecar that the load balancer sends to, and that ends before the app', () => {
	const { app, sidecar, env, count } = containersOf();
	expect(count).toBe(2);
	expect(app).toMatchObject({
		name: 'app',
		image: 'registry/prod@sha256:1',
		essential: true,
		portMappings: [{ containerPort: 8501, protocol: 'tcp' }],
		stopTimeout: 120,
	});
	expect(app).not.toHaveProperty('command');
	expect(sidecar).toMatchObject({
		name: 'pulse-edge',
		image: 'ghcr.io/erwinkn/pulse-aws-sidecar:0.1.0',
		essential: true,
		portMappings: [{ containerPort: 8000, protocol: 'tcp' }],
		dependsOn: [{ containerName: 'app', condition: 'START' }],
		stopTimeout: 120,
		logConfiguration: { options: { 'awslogs-stream-prefix': 'prod-20260402-120000Z' } },
	});
	expect(env(sidecar)).toEqual({
		PULSE_AWS_DEPLOYMENT_NAME: 'prod',
		PULSE_AWS_DEPLOYMENT_ID: 'prod-20260402-120000Z',
		PULSE_AWS_DRAIN_POLL_SECONDS: '5',
		PULSE_AWS_DRAIN_GRACE_SECONDS: '20',
		PULSE_EDGE_PORT: '8000',
		PULSE_EDGE_UPSTREAM_PORT: '8501',
		PULSE_EDGE_HEALTH_PATH: '/well',
		PULSE_EDGE_HEALTH_HOST: 'app.example.com',
		PULSE_EDGE_AFFINITY: 'session',
		PULSE_EDGE_HIDDEN_TAB_SECONDS: '900',
	});
});

test('A5.3: the app is told its port and its version, and keeps its variables and secrets to itself', () => {
	const { app, sidecar, env } = containersOf();
	expect(env()).toEqual({
		PULSE_SERVER_ADDRESS: 'https://app.example.com',
		COLOUR: 'red',
		PORT: '8501',
		PULSE_DEPLOYMENT_ID: 'prod-20260402-120000Z',
	});
	expect(app?.secrets).toHaveLength(1);
	expect(sidecar).not.toHaveProperty('secrets');
	const next = containersOf({ framework: 'Next.js' });
	expect(next.env()).toMatchObject({ NEXT_DEPLOYMENT_ID: 'prod-20260402-120000Z' });
});

test('A5.3: both have a share of the CPU, which together is the task’s, and no limit of memory', () => {
	const { app, sidecar } = containersOf();
	expect([app?.cpu, sidecar?.cpu, sidecar?.memoryReservation]).toEqual([224, 32, 64]);
	expect([app, sidecar].some((one) => one !== undefined && 'memory' in one)).toBe(false);
});

test('A5.3: beside an app on its own port the sidecar takes the next one; a start command replaces the image’s', () => {
	const { sidecar, app } = containersOf({ port: 8000, start: ['node', 'server.js', '--quiet'] });
	expect(sidecar?.portMappings).toEqual([{ containerPort: 8001, protocol: 'tcp' }]);
	expect([app?.entryPoint, app?.command]).toEqual([['node'], ['server.js', '--quiet']]);
});
