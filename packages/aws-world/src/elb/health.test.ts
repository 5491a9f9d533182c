import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openShop, type Shop, startingWith } from '../fixtures/shop.ts';
import { matches } from './health-check.ts';

/** What the task answers its checks with; `hang` never answers. */
let answer: number | 'hang' = 200;
let shop: Shop;
let made: { group: string; rule: string };
beforeAll(async () => {
	shop = await openShop();
	const program = startingWith(() =>
		createServer((request, response) => {
			if (request.url !== '/_pulse/health') response.end('served');
			else if (answer !== 'hang') response.writeHead(answer).end();
		}),
	);
	// A grace period beyond the test: ECS must not replace the task.
	made = await shop.deploy('shop-1', program, { graceSeconds: 100_000 });
	await shop.switchTo(made.group);
	await shop.world.clock.sleep(60_000);
});
afterAll(() => shop.close());

const health = async (more = {}) =>
	(await shop.aws.elb.describeTargetHealth({ TargetGroupArn: made.group, ...more })).TargetHealthDescriptions![0]!
		.TargetHealth!;
/** Checks come every ten seconds. */
const checks = (count: number) => shop.world.clock.sleep(count * 10_000);

test('two bad checks make a healthy target unhealthy, and two good ones healthy again', async () => {
	answer = 500;
	await checks(1);
	expect((await health()).State).toBe('healthy');
	await checks(1);
	expect(await health()).toMatchObject({ State: 'unhealthy', Reason: 'Target.ResponseCodeMismatch' });
	answer = 200;
	await checks(1);
	expect((await health()).State).toBe('unhealthy');
	await checks(1);
	expect(await health()).toEqual({ State: 'healthy' });
});

test('a group with nothing but unhealthy targets is served by them all the same', async () => {
	answer = 500;
	await checks(2);
	expect((await health()).State).toBe('unhealthy');
	expect(await (await fetch(shop.origin)).text()).toBe('served');
	answer = 200;
	await checks(2);
});

test('a check without an answer times out', async () => {
	answer = 'hang';
	await checks(3);
	expect(await health()).toMatchObject({ State: 'unhealthy', Reason: 'Target.Timeout' });
	answer = 200;
	await checks(4);
	expect((await health()).State).toBe('healthy');
});

test('a target that is not registered, and a group that no rule uses, are unused', async () => {
	expect(await health({ Targets: [{ Id: '10.9.9.9' }] })).toMatchObject({
		State: 'unused',
		Reason: 'Target.NotRegistered',
	});
	await shop.aws.elb.modifyListener({
		ListenerArn: shop.outputs.ListenerArn,
		DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '503' } }],
	});
	await shop.aws.elb.deleteRule({ RuleArn: made.rule });
	expect(await health()).toMatchObject({ State: 'unused', Reason: 'Target.NotInUse' });
});

test.each([
	['200', 200, true],
	['200', 204, false],
	['200,204', 204, true],
	['200-299', 250, true],
	['200-299', 300, false],
])('matcher %s takes %i: %s', (matcher, status, taken) => {
	expect(matches(matcher, status)).toBe(taken);
});
