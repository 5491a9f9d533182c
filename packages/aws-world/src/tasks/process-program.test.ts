import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { openShop, type Shop } from '../fixtures/shop.ts';
import { processProgram } from './process-program.ts';
import { HAS_OWN_ADDRESSES } from './task-network.ts';

let shop: Shop | undefined;
afterEach(() => shop?.close());

/** Serves on PORT, finds its own task, and keeps a parameter by the real SDK client. Ends with code 7 on SIGTERM. */
const APP = `
	import { createServer } from 'node:http';
	import { SSM } from '@aws-sdk/client-ssm';
	const ssm = new SSM();
	const task = await (await fetch(process.env.ECS_CONTAINER_METADATA_URI_V4 + '/task')).json();
	const name = '/apps/shop/' + process.env.ID + '/tasks/' + task.TaskARN.split('/').at(-1);
	await ssm.putParameter({ Name: name, Value: 'healthy', Type: 'String' });
	const missing = await ssm.getParameter({ Name: '/no/such' }).catch((error) => error.name);
	console.log('missing: ' + missing);
	const { Parameters } = await ssm.getParameters({ Names: [name] });
	createServer((request, response) => {
		response.end(Parameters[0].Value + ' ' + (Parameters[0].LastModifiedDate instanceof Date) + ' ' + process.env.SECRET);
	}).listen(process.env.PORT, '127.0.0.1');
	process.on('SIGTERM', () => process.exit(7));
`;

test('a real process serves traffic, reads its metadata and keeps parameters, and ends by SIGTERM', async () => {
	shop = await openShop();
	const { world, aws, outputs, origin } = shop;
	world.secrets.set('arn:aws:secretsmanager:us-east-1:123456789012:secret:x', 'hidden');
	const cwd = fileURLToPath(new URL('../..', import.meta.url));
	const program = processProgram([process.execPath, '--input-type=module', '-e', APP], { cwd });
	const { group } = await shop.deploy('shop-1', program, { env: { ID: 'shop-1', SECRET: 'plain' } });
	await world.clock.sleep(60_000);
	expect(await shop.states(group)).toEqual(['healthy']);
	await shop.switchTo(group);
	expect(await (await fetch(origin)).text()).toBe('healthy true plain');

	const [task] = world.ecs.tasks;
	expect([...world.parameters.keys()]).toEqual([`/apps/shop/shop-1/tasks/${task!.id}`]);
	const lines = [...world.logs.get('/aws/pulse/shop/app')!.values()].flat().map((event) => event.message);
	expect(lines).toContain('missing: ParameterNotFound');

	await aws.ecs.updateService({ cluster: outputs.ClusterName, service: 'shop-1', desiredCount: 0 });
	await world.clock.sleep(320_000);
	expect([task!.status, task!.exitCode]).toEqual(['STOPPED', 7]);
});

test.runIf(HAS_OWN_ADDRESSES)(
	'tasks have addresses of their own, which ECS and their metadata tell and other tasks reach',
	async () => {
		shop = await openShop();
		const { world, aws } = shop;
		const listen = `
		const uri = process.env.ECS_CONTAINER_METADATA_URI_V4;
		const { Containers } = await (await fetch(uri + '/task')).json();
		const { createServer } = await import('node:http');
		createServer((_, response) => response.end(JSON.stringify(Containers[0].Networks[0].IPv4Addresses)))
			.listen(process.env.PORT, process.env.ADDRESS);
	`;
		const command = [process.execPath, '--input-type=module', '-e', listen] as const;
		const { group } = await shop.deploy('shop-1', processProgram([...command], { addressIn: 'ADDRESS' }), {
			desired: 2,
		});
		await world.clock.sleep(60_000);
		expect(await shop.states(group)).toEqual(['healthy', 'healthy']);
		const { taskArns = [] } = await aws.ecs.listTasks({ cluster: 'shop', serviceName: 'shop-1' });
		const { tasks = [] } = await aws.ecs.describeTasks({ cluster: 'shop', tasks: taskArns });
		const addresses = tasks.map(({ containers }) => containers?.[0]?.networkInterfaces?.[0]?.privateIpv4Address ?? '');
		expect(new Set(addresses).size).toBe(2);
		for (const [index, address] of addresses.entries()) {
			const details = tasks[index]?.attachments?.[0]?.details;
			expect(details).toContainEqual({ name: 'privateIPv4Address', value: address });
			expect(await (await fetch(`http://${address}:8000/`)).json()).toEqual([address]);
		}
	},
);

test('a program that cannot be started is the task’s failure', async () => {
	shop = await openShop();
	await shop.deploy('shop-1', processProgram(['/no/such/program']));
	await shop.world.clock.sleep(20_000);
	expect(shop.world.ecs.tasks[0]).toMatchObject({
		status: 'STOPPED',
		stopCode: 'TaskFailedToStart',
		stoppedReason: expect.stringContaining('CannotStartContainerError'),
	});
});

test('closing the world leaves no process behind', async () => {
	shop = await openShop();
	const listen = 'require("http").createServer().listen(process.env.PORT); console.log(process.pid)';
	const program = processProgram([process.execPath, '-e', listen]);
	await shop.deploy('shop-1', program);
	const { world } = shop;
	await world.clock.sleep(20_000);
	const lines = () => [...world.logs.get('/aws/pulse/shop/app')!.values()].flat();
	while (lines().length === 0) await delay(10);
	const pid = Number(lines()[0]!.message);
	process.kill(pid, 0);
	await shop.close();
	expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});
