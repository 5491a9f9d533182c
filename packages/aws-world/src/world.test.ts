import { afterEach, describe, expect, test } from 'vitest';
import { answering, openShop, type Shop } from './fixtures/shop.ts';

let shop: Shop | undefined;
afterEach(() => shop?.close());

const text = async (url: string) => (await fetch(url)).text();

describe('the life of two deployments', () => {
	test('a new tab gets the newest, a pinned one its own, and a retired one goes away', async () => {
		shop = await openShop();
		const { world, aws, outputs, origin } = shop;
		expect((await fetch(origin)).status).toBe(503);

		const one = await shop.deploy('shop-1', answering('one'), { desired: 2 });
		expect(await shop.states(one.group)).toEqual([]);
		await world.clock.sleep(60_000);
		expect(await shop.states(one.group)).toEqual(['healthy', 'healthy']);
		await shop.switchTo(one.group);
		expect(await text(origin)).toBe('one');

		const two = await shop.deploy('shop-2', answering('two'), { desired: 2 });
		await world.clock.sleep(60_000);
		expect(await text(origin)).toBe('one');
		await shop.switchTo(two.group);
		expect(await text(origin)).toBe('two');
		expect(await text(`${origin}/page?pulse_deployment=SHOP-1`)).toBe('one');

		await aws.ecs.updateService({ cluster: outputs.ClusterName, service: 'shop-1', desiredCount: 0 });
		expect(await shop.states(one.group)).toEqual(['draining', 'draining']);
		await world.clock.sleep(360_000);
		expect(await shop.states(one.group)).toEqual([]);
		expect(world.ecs.tasks.filter((task) => task.status !== 'STOPPED')).toHaveLength(2);
		await aws.elb.deleteRule({ RuleArn: one.rule });
		expect(await text(`${origin}/page?pulse_deployment=shop-1`)).toBe('two');
		await aws.elb.deleteTargetGroup({ TargetGroupArn: one.group });
		await aws.ecs.deleteService({ cluster: outputs.ClusterName, service: 'shop-1' });
		expect((await aws.ecs.listServices({ cluster: outputs.ClusterName })).serviceArns).toHaveLength(1);
	});
});
