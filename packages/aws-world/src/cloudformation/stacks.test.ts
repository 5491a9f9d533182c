import { afterEach, describe, expect, test } from 'vitest';
import { createRule } from '../fixtures/roll-out.ts';
import { answering, openShop, type Shop } from '../fixtures/shop.ts';
import { type AwsWorldOptions, createAwsWorld } from '../world.ts';
import { baselineTemplate } from './baseline-template.ts';

let shop: Shop;
afterEach(() => shop.close());

const signal = new AbortController().signal;
const request = (certificate: string, version = '1') => ({
	stackName: 'shop-baseline',
	context: { deployment_name: 'shop', certificate_arn: certificate },
	tags: { version },
});
const update = (version: string) => shop.world.baseline.deploy(request(shop.outputs.CertificateArn!, version), signal);
const status = async () =>
	(await shop.aws.cloudformation.describeStacks({ StackName: 'shop-baseline' })).Stacks?.[0]?.StackStatus;
const defaultAction = async () =>
	(await shop.aws.elb.describeListeners({ ListenerArns: [shop.outputs.ListenerArn!] })).Listeners?.[0]
		?.DefaultActions?.[0]?.Type;
const remove = () => shop.aws.cloudformation.deleteStack({ StackName: 'shop-baseline' });

async function withTraffic(options?: AwsWorldOptions) {
	shop = await openShop(options);
	const { group } = await shop.deploy('shop-1', answering('one'));
	await shop.world.clock.sleep(60_000);
	await shop.switchTo(group);
	return group;
}

describe('an update', () => {
	test('takes the default action of the listener back to the template, and leaves rules of others alone', async () => {
		const group = await withTraffic();
		await createRule(shop.aws, shop.outputs, { id: '*', group, priority: 50_000 });
		const updating = update('2');
		await shop.world.clock.sleep(1_000);
		expect([await status(), await defaultAction()]).toEqual(['UPDATE_IN_PROGRESS', 'forward']);
		await shop.world.clock.sleep(100_000);
		expect([await status(), await defaultAction()]).toEqual(['UPDATE_IN_PROGRESS', 'fixed-response']);
		expect((await fetch(shop.origin)).status).toBe(503);
		expect((await fetch(`${shop.origin}/?pulse_deployment=shop-1`)).status).toBe(200);
		await updating;
		expect(await status()).toBe('UPDATE_COMPLETE');
	});

	test('leaves an unchanged listener alone in a world that is told so', async () => {
		await withTraffic({ stacks: { listenerReset: 'listener-change' } });
		await update('2');
		expect(await defaultAction()).toBe('forward');
	});

	test('with nothing changed does nothing at all', async () => {
		await withTraffic();
		await update('1');
		expect([await status(), await defaultAction()]).toEqual(['CREATE_COMPLETE', 'forward']);
	});

	test('that fails is rolled back, and its reason is told', async () => {
		await withTraffic();
		shop.world.stacks.failures.push({ operation: 'update', reason: 'no more addresses' });
		await expect(update('2')).rejects.toThrow('UPDATE_ROLLBACK_COMPLETE: no more addresses');
		await update('3');
		expect(await status()).toBe('UPDATE_COMPLETE');
	});

	test('whose rollback fails can be continued, and nothing else', async () => {
		await withTraffic();
		shop.world.stacks.failures.push({ operation: 'update', reason: 'x', status: 'UPDATE_ROLLBACK_FAILED' });
		await expect(update('2')).rejects.toThrow('UPDATE_ROLLBACK_FAILED');
		await expect(update('2')).rejects.toMatchObject({ name: 'ValidationError' });
		await shop.aws.cloudformation.continueUpdateRollback({ StackName: 'shop-baseline' });
		await shop.world.clock.sleep(400_000);
		expect(await status()).toBe('UPDATE_ROLLBACK_COMPLETE');
	});
});

describe('a deletion', () => {
	test('fails while a service lives, works when it is gone, and a second creation finds every name free', async () => {
		await withTraffic();
		await remove();
		await shop.world.clock.sleep(300_000);
		expect(await status()).toBe('DELETE_FAILED');
		const { StackEvents } = await shop.aws.cloudformation.describeStackEvents({ StackName: 'shop-baseline' });
		expect(StackEvents?.find((event) => event.ResourceStatus === 'DELETE_FAILED')?.ResourceStatusReason).toMatch(
			/Services are active|dependencies/,
		);
		await shop.aws.ecs.deleteService({ cluster: 'shop', service: 'shop-1', force: true });
		await shop.world.clock.sleep(400_000);
		await remove();
		await shop.world.clock.sleep(300_000);
		await expect(status()).rejects.toMatchObject({ name: 'ValidationError', message: /does not exist/ });
		await update('1');
		expect(await status()).toBe('CREATE_COMPLETE');
	});

	test('of a stack that does not exist succeeds', async () => {
		shop = await openShop();
		await shop.aws.cloudformation.deleteStack({ StackName: 'nobody' });
	});
});

describe('a first creation', () => {
	test('that fails leaves only deletion, which the next deploy does by itself', async () => {
		shop = await openShop();
		const world = await createAwsWorld();
		try {
			const certificate = world.certificates.add(['shop.example.com'], 'PENDING_VALIDATION');
			await expect(world.baseline.deploy(request(certificate), signal)).rejects.toThrow(
				/ROLLBACK_COMPLETE: .*must have/,
			);
			expect(world.registry.repositories.size + world.logs.size + world.elb.loadBalancers.size).toBe(0);
			world.certificates.set(certificate, 'ISSUED');
			await world.baseline.deploy(request(certificate), signal);
			expect(world.stacks.find('shop-baseline')?.status).toBe('CREATE_COMPLETE');
		} finally {
			await world.close();
		}
	});

	test('fails where a retained name of an earlier stack is in the way', async () => {
		const template = (context: Readonly<Record<string, string>>) => {
			const { Resources, ...rest } = baselineTemplate(context);
			return { ...rest, Resources: { ...Resources, Log: { ...Resources.Log!, DeletionPolicy: 'Retain' } } };
		};
		shop = await openShop({ synthesize: template });
		await remove();
		await shop.world.clock.sleep(300_000);
		expect(shop.world.logs.has('/aws/pulse/shop/app')).toBe(true);
		await expect(update('1')).rejects.toThrow('already exists');
	});
});
