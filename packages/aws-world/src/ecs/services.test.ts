import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createService, createTargetGroup, registerTaskDefinition } from '../fixtures/roll-out.ts';
import { answering, openShop, type Shop, startingWith } from '../fixtures/shop.ts';

let shop: Shop;
beforeEach(async () => {
	shop = await openShop();
});
afterEach(() => shop.close());

const cluster = { cluster: 'shop' };
const scale = (service: string, desiredCount: number) =>
	shop.aws.ecs.updateService({ ...cluster, service, desiredCount });
const describeOne = async (service: string) =>
	(await shop.aws.ecs.describeServices({ ...cluster, services: [service], include: ['TAGS'] })).services![0]!;
const tasksOf = async (serviceName: string, desiredStatus: 'RUNNING' | 'STOPPED') => {
	const { taskArns } = await shop.aws.ecs.listTasks({ ...cluster, serviceName, desiredStatus });
	return taskArns?.length ? (await shop.aws.ecs.describeTasks({ ...cluster, tasks: taskArns })).tasks! : [];
};
const messages = async (service: string) =>
	(await describeOne(service)).events!.map((event) => event.message).join('\n');

describe('creating a service', () => {
	test('is refused while no rule uses its target group', async () => {
		const group = await createTargetGroup(shop.aws, shop.outputs, 'alone');
		const rollOut = { id: 'alone', image: 'x', priority: 1 };
		const definition = await registerTaskDefinition(shop.aws, shop.outputs, rollOut);
		await expect(createService(shop.aws, shop.outputs, rollOut, { group, definition })).rejects.toMatchObject({
			name: 'InvalidParameterException',
			message: expect.stringContaining('does not have an associated load balancer'),
		});
	});

	test('is refused for a name that is active or draining, and works once it is inactive', async () => {
		await shop.deploy('shop-1', answering('one'));
		await shop.world.clock.sleep(60_000);
		const definition = (await describeOne('shop-1')).taskDefinition!;
		const { targetGroupArn: group } = (await describeOne('shop-1')).loadBalancers![0]!;
		const again = () =>
			createService(shop.aws, shop.outputs, { id: 'shop-1', image: '', priority: 1 }, { group: group!, definition });
		await expect(again()).rejects.toThrow('not idempotent');
		await shop.aws.ecs.deleteService({ ...cluster, service: 'shop-1', force: true });
		expect((await shop.aws.ecs.listServices(cluster)).serviceArns).toEqual([]);
		expect((await describeOne('shop-1')).status).toBe('DRAINING');
		await expect(again()).rejects.toThrow('still Draining');
		await shop.world.clock.sleep(400_000);
		expect((await describeOne('shop-1')).status).toBe('INACTIVE');
		await again();
		expect((await describeOne('shop-1')).status).toBe('ACTIVE');
	});
});

describe('a healthy service', () => {
	test('is steady, with its tasks running and its rollout completed', async () => {
		await shop.deploy('shop-1', answering('one'), { desired: 2 });
		expect(await describeOne('shop-1')).toMatchObject({
			runningCount: 0,
			pendingCount: 2,
			tags: [{ key: 'state', value: 'deploying' }],
			deployments: [{ rolloutState: 'IN_PROGRESS' }],
		});
		await shop.world.clock.sleep(60_000);
		expect(await describeOne('shop-1')).toMatchObject({
			runningCount: 2,
			pendingCount: 0,
			deployments: [{ status: 'PRIMARY', rolloutState: 'COMPLETED', failedTasks: 0 }],
		});
		expect(await messages('shop-1')).toContain('has reached a steady state');
	});

	test('scaled to nothing leaves the load balancer, waits its delay, and gets SIGTERM, then SIGKILL', async () => {
		const seen: string[] = [];
		const deaf = startingWith((task) => {
			task.stopping.addEventListener('abort', () => seen.push('SIGTERM'));
			const server = createServer((_request, response) => response.end());
			// Never closes: one connection stays for ever.
			server.close = () => server;
			return server;
		});
		const { group } = await shop.deploy('shop-1', deaf, { stopTimeout: 100 });
		await shop.world.clock.sleep(60_000);
		await scale('shop-1', 0);
		expect(await describeOne('shop-1')).toMatchObject({ desiredCount: 0, runningCount: 0 });
		expect(await shop.states(group)).toEqual(['draining']);
		await shop.world.clock.sleep(299_000);
		expect(seen).toEqual([]);
		await shop.world.clock.sleep(2_000);
		expect(seen).toEqual(['SIGTERM']);
		expect(await tasksOf('shop-1', 'STOPPED')).toMatchObject([{ lastStatus: 'STOPPING' }]);
		await shop.world.clock.sleep(105_000);
		expect(await tasksOf('shop-1', 'STOPPED')).toMatchObject([
			{
				lastStatus: 'STOPPED',
				stopCode: 'ServiceSchedulerInitiated',
				stoppedReason: expect.stringContaining('Scaling activity'),
				containers: [{ exitCode: 137 }],
			},
		]);
	});

	test('can be deleted only when it is scaled to nothing, or by force', async () => {
		await shop.deploy('shop-1', answering('one'));
		await expect(shop.aws.ecs.deleteService({ ...cluster, service: 'shop-1' })).rejects.toThrow('scaled above 0');
	});

	test('cannot be scaled once its rule is gone, in a world that is strict about it', async () => {
		const { rule } = await shop.deploy('shop-1', answering('one'));
		await shop.aws.elb.deleteRule({ RuleArn: rule });
		await expect(scale('shop-1', 0)).rejects.toThrow('associated load balancer');
	});

	test('gets a new task for one that ends later, and its rollout stays completed', async () => {
		const exits: Array<(code: number) => void> = [];
		const program = startingWith((task) => {
			exits.push(task.exit);
			return createServer((_request, response) => response.end());
		});
		await shop.deploy('shop-1', program);
		await shop.world.clock.sleep(60_000);
		exits[0]!(3);
		await shop.world.clock.sleep(60_000);
		expect(await describeOne('shop-1')).toMatchObject({
			runningCount: 1,
			deployments: [{ rolloutState: 'COMPLETED', failedTasks: 0 }],
		});
		expect(await tasksOf('shop-1', 'STOPPED')).toMatchObject([
			{ stopCode: 'EssentialContainerExited', containers: [{ exitCode: 3 }] },
		]);
	});
});

describe('a rollout that fails', () => {
	const failed = async () => {
		await shop.world.clock.sleep(900_000);
		const service = await describeOne('shop-1');
		expect(service.deployments?.[0]).toMatchObject({ rolloutState: 'FAILED', failedTasks: 3 });
		return (await tasksOf('shop-1', 'STOPPED'))[0]!;
	};

	test('because the container ends: with its exit code, and no more tasks', async () => {
		const program = startingWith((task) => {
			task.onLine('cannot find module');
			setImmediate(() => task.exit(1));
			return createServer();
		});
		await shop.deploy('shop-1', program);
		const task = await failed();
		expect(task).toMatchObject({ stopCode: 'EssentialContainerExited', containers: [{ exitCode: 1 }] });
		expect(await tasksOf('shop-1', 'RUNNING')).toEqual([]);
		const { events } = await shop.aws.logs.getLogEvents({
			logGroupName: '/aws/pulse/shop/app',
			logStreamName: `shop-1/app/${task.taskArn?.split('/').at(-1)}`,
		});
		expect(events?.map((event) => event.message)).toEqual(['cannot find module']);
	});

	test('because the load balancer finds it unhealthy, after its grace period', async () => {
		const program = startingWith(() =>
			createServer((_request, response) => {
				response.writeHead(500).end();
			}),
		);
		const { group } = await shop.deploy('shop-1', program, { graceSeconds: 100 });
		await shop.world.clock.sleep(100_000);
		const health = await shop.aws.elb.describeTargetHealth({ TargetGroupArn: group });
		expect(health.TargetHealthDescriptions?.[0]?.TargetHealth).toMatchObject({
			State: 'unhealthy',
			Reason: 'Target.ResponseCodeMismatch',
		});
		expect(await tasksOf('shop-1', 'RUNNING')).toHaveLength(1);
		expect((await failed()).stoppedReason).toContain('Task failed ELB health checks');
		expect(await messages('shop-1')).toContain('is unhealthy in (target-group');
	});

	test('because the image is not there', async () => {
		const { deploy, world } = shop;
		await deploy('shop-1', answering('one'));
		world.registry.repositories.get('shop')!.images.clear();
		expect(await failed()).toMatchObject({
			stopCode: 'TaskFailedToStart',
			stoppedReason: expect.stringMatching(/^CannotPullContainerError/),
		});
	});

	test('because the image is for another processor', async () => {
		const image = `${shop.outputs.EcrRepositoryUri}:arm`;
		shop.world.registry.push({ uri: image, program: answering('one'), architecture: 'ARM64' });
		await shop.deploy('shop-1', answering('one'), { image });
		expect((await failed()).containers?.[0]?.exitCode).toBe(255);
	});

	test('because tasks in a public subnet have no address of their own', async () => {
		await shop.deploy('shop-1', answering('one'), { assignPublicIp: 'DISABLED' });
		expect((await failed()).stoppedReason).toMatch(/^ResourceInitializationError/);
	});

	test('because the log group is missing', async () => {
		await shop.aws.logs.deleteLogGroup({ logGroupName: '/aws/pulse/shop/app' });
		await shop.deploy('shop-1', answering('one'));
		expect((await failed()).stoppedReason).toContain('log group does not exist');
	});
});

test('no capacity is an event, and tasks start once there is some', async () => {
	shop.world.ecs.placementFailure = 'Capacity is unavailable at this time';
	await shop.deploy('shop-1', answering('one'));
	await shop.world.clock.sleep(20_000);
	expect(await messages('shop-1')).toContain('was unable to place a task');
	shop.world.ecs.placementFailure = undefined;
	await shop.world.clock.sleep(60_000);
	expect((await describeOne('shop-1')).runningCount).toBe(1);
});

describe('lists', () => {
	test('services come ten a page, and at most ten are described at a time', async () => {
		for (let n = 10; n < 22; n++) await shop.deploy(`shop-${n}`, answering('x'), { desired: 0 });
		const first = await shop.aws.ecs.listServices(cluster);
		expect(first.serviceArns).toHaveLength(10);
		const second = await shop.aws.ecs.listServices({ ...cluster, nextToken: first.nextToken });
		expect([second.serviceArns?.length, second.nextToken]).toEqual([2, undefined]);
		const all = [...first.serviceArns!, ...second.serviceArns!];
		await expect(shop.aws.ecs.describeServices({ ...cluster, services: all })).rejects.toMatchObject({
			name: 'InvalidParameterException',
		});
		await expect(shop.aws.ecs.listServices({ ...cluster, nextToken: 'nonsense' })).rejects.toThrow('Invalid token');
	});

	test('unknown services and tasks are failures, an unknown cluster is an error', async () => {
		const { failures } = await shop.aws.ecs.describeServices({ ...cluster, services: ['nobody'] });
		expect(failures).toEqual([{ arn: expect.stringMatching(/:service\/shop\/nobody$/), reason: 'MISSING' }]);
		await expect(shop.aws.ecs.listTasks({ cluster: 'nowhere' })).rejects.toMatchObject({
			name: 'ClusterNotFoundException',
		});
	});

	test('task definitions are numbered by family, and an inactive one starts nothing', async () => {
		const rollOut = { id: 'shop-1', image: 'x', priority: 1 };
		const arns = [];
		for (let n = 0; n < 3; n++) arns.push(await registerTaskDefinition(shop.aws, shop.outputs, rollOut));
		expect(arns.map((arn) => arn.split('/')[1])).toEqual(['shop-app:1', 'shop-app:2', 'shop-app:3']);
		await shop.aws.ecs.deregisterTaskDefinition({ taskDefinition: arns[2] });
		const { taskDefinitionArns } = await shop.aws.ecs.listTaskDefinitions({ familyPrefix: 'shop-app', sort: 'DESC' });
		expect(taskDefinitionArns).toEqual([arns[1], arns[0]]);
		const create = createService(shop.aws, shop.outputs, rollOut, { group: 'none', definition: arns[2]! });
		await expect(create).rejects.toThrow('inactive');
	});

	test('tags merge', async () => {
		await shop.deploy('shop-1', answering('x'), { desired: 0 });
		const { serviceArn } = await describeOne('shop-1');
		await shop.aws.ecs.tagResource({ resourceArn: serviceArn, tags: [{ key: 'more', value: '1' }] });
		expect((await describeOne('shop-1')).tags).toEqual([
			{ key: 'state', value: 'deploying' },
			{ key: 'more', value: '1' },
		]);
	});
});
