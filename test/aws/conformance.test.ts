import { baselineTemplate } from 'aws-world/cloudformation/baseline-template';
import { readOutputs } from 'aws-world/fixtures/roll-out';
import { openShop } from 'aws-world/fixtures/shop';
import { motoClients } from 'aws-world/wire/moto-clients';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readLogEvents } from '../../packages/pulse-aws/src/platform/log-events.ts';
import { readTaskAddresses } from '../../packages/pulse-aws/src/platform/task-addresses.ts';
import { liveOnce, type Outcomes } from './conformance.ts';
import { type Moto, startMoto } from './moto.ts';

/** Where moto is known to be kinder or less exact than AWS (facts: gaps of moto 5.2.1), and what it says instead. */
const MOTO_DIFFERS: Readonly<Record<string, readonly [why: string, answer: unknown]>> = {
	'unknown rule': ['deleting a rule that is not there succeeds; AWS models RuleNotFound for it', 'deleted'],
	'too large a weight': ['weights above 999 are taken', 'taken'],
	deleted: ['a deleted service is never DRAINING', 'INACTIVE'],
};

async function inWorld(): Promise<Outcomes> {
	const shop = await openShop();
	try {
		return await liveOnce(shop.aws, shop.outputs, () => shop.world.clock.sleep(400_000));
	} finally {
		await shop.close();
	}
}

async function inMoto({ url }: Moto): Promise<Outcomes> {
	const aws = motoClients(url);
	const { CertificateArn = '' } = await aws.acm.requestCertificate({
		DomainName: 'shop.example.com',
		ValidationMethod: 'DNS',
	});
	const template = baselineTemplate({ deployment_name: 'shop', certificate_arn: CertificateArn });
	await aws.cloudformation.createStack({ StackName: 'shop-baseline', TemplateBody: JSON.stringify(template) });
	return liveOnce(aws, await readOutputs(aws), async () => {});
}

describe('the same calls against the world and the SDK’s wire format', () => {
	let moto: Awaited<ReturnType<typeof startMoto>>;
	beforeAll(async () => {
		moto = await startMoto();
	}, 400_000);
	afterAll(async () => {
		if ('url' in moto) await moto.stop();
	});

	test('agree, but for the gaps of moto that are written down', async ({ skip }) => {
		if ('missing' in moto) return skip(moto.missing);
		const [world, wire] = await Promise.all([inWorld(), inMoto(moto)]);
		const expected = Object.fromEntries(
			Object.entries(world).map(([step, outcome]) => [step, MOTO_DIFFERS[step] ? MOTO_DIFFERS[step][1] : outcome]),
		);
		expect(wire).toEqual(expected);
		for (const [step, [, answer]] of Object.entries(MOTO_DIFFERS)) expect(world[step]).not.toEqual(answer);
	}, 240_000);

	test('moto finds the lines of all streams of a deployment, from a time on', async ({ skip }) => {
		if ('missing' in moto) return skip(moto.missing);
		const { logs } = motoClients(moto.url);
		const group = { logGroupName: '/aws/pulse/talking/app' };
		const writer = logs as unknown as Record<
			'createLogGroup' | 'createLogStream' | 'putLogEvents',
			(input: object) => Promise<unknown>
		>;
		await writer.createLogGroup(group);
		const began = Date.now() - 60_000;
		for (const [stream, message, at] of [
			['one/app/task-1', 'early', 0],
			['one/edge/task-1', 'late', 2],
			['one/app/task-2', 'between', 1],
			['other/app/task-3', 'of another', 1],
		] as const) {
			await writer.createLogStream({ ...group, logStreamName: stream });
			const logEvents = [{ message, timestamp: began + at * 1_000 }];
			await writer.putLogEvents({ ...group, logStreamName: stream, logEvents });
		}
		const read = async (from: number) =>
			(await readLogEvents({ logs }, { group: group.logGroupName, deployment: 'one' }, from, Date.now())).map(
				({ text }) => text,
			);
		expect(await read(0)).toEqual(['early', 'between', 'late']);
		expect(await read(began + 1_000)).toEqual(['between', 'late']);
	}, 60_000);

	test('moto tells by DescribeTasks where the tasks of a cluster are that have not stopped (A11.7)', async ({
		skip,
	}) => {
		if ('missing' in moto) return skip(moto.missing);
		const aws = motoClients(moto.url);
		await aws.ecs.createCluster({ clusterName: 'tasks' });
		const { url } = moto;
		const one = async (action: string, key: string) => {
			const authorization = 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/ec2/aws4_request';
			const body = new URLSearchParams({ Action: action, Version: '2016-11-15' });
			const xml = await (await fetch(url, { method: 'POST', headers: { authorization }, body })).text();
			return new RegExp(`<${key}>([^<]+)</${key}>`).exec(xml)?.[1] ?? '';
		};
		// Of the default network: in one without host names moto makes no network interface for a task.
		const subnets = [await one('DescribeSubnets', 'subnetId')];
		const securityGroups = [await one('DescribeSecurityGroups', 'groupId')];
		await aws.ecs.registerTaskDefinition({
			family: 'tasks',
			networkMode: 'awsvpc',
			requiresCompatibilities: ['FARGATE'],
			cpu: '256',
			memory: '512',
			containerDefinitions: [{ name: 'app', image: 'app', memory: 512 }],
		});
		const { tasks = [] } = await aws.ecs.runTask({
			cluster: 'tasks',
			taskDefinition: 'tasks',
			launchType: 'FARGATE',
			count: 3,
			networkConfiguration: { awsvpcConfiguration: { subnets, securityGroups } },
		});
		await aws.ecs.stopTask({ cluster: 'tasks', task: tasks[0]?.taskArn });
		const told = tasks.map(
			({ attachments }) =>
				attachments?.[0]?.details?.find(({ name }) => name === 'privateIPv4Address')?.value as string,
		);
		const found = await readTaskAddresses(aws.ecs, { cluster: 'tasks', serviceName: 'tasks' });
		expect([...found].sort()).toEqual(told.slice(1).sort());
		for (const address of found) expect(address).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
	}, 60_000);
});
