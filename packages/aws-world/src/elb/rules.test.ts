import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRule, createTargetGroup } from '../fixtures/roll-out.ts';
import { openShop, type Shop } from '../fixtures/shop.ts';

let shop: Shop;
beforeAll(async () => {
	shop = await openShop({ quotas: { rules: 60, targetGroups: 4 } });
});
afterAll(() => shop.close());

const query = (...values: string[]): RuleCondition => ({
	Field: 'query-string',
	QueryStringConfig: { Values: values.map((Value) => ({ Key: 'k', Value })) },
});
const gone = { Type: 'fixed-response' as const, FixedResponseConfig: { StatusCode: '404' } };
const create = (priority: number, conditions: RuleCondition[], actions: object[] = [gone]) =>
	shop.aws.elb.createRule({
		ListenerArn: shop.outputs.ListenerArn,
		Priority: priority,
		Conditions: conditions,
		Actions: actions as never,
	});

describe('listener rules', () => {
	test('a priority can be used once, within 1 and 50000', async () => {
		await create(10, [query('x')]);
		await expect(create(10, [query('y')])).rejects.toMatchObject({
			name: 'PriorityInUseException',
			$metadata: { httpStatusCode: 400 },
		});
		for (const priority of [0, 50_001]) {
			await expect(create(priority, [query('y')])).rejects.toMatchObject({ name: 'ValidationError' });
		}
	});

	test.each([
		['six values', [query('1', '2', '3', '4', '5', '6')]],
		['six wildcards', [query('*?*?*?')]],
		['a value of 129 characters', [query('v'.repeat(129))]],
		['a character beyond ASCII', [query('é')]],
		['no condition', []],
	])('%s is refused', async (_what, conditions) => {
		await expect(create(11, conditions)).rejects.toMatchObject({ name: 'ValidationError' });
	});

	test('an escaped wildcard is not a wildcard', async () => {
		await create(12, [query('\\*\\*\\*\\*\\*\\*')]);
	});

	test.each([
		['a body over 1024', { ...gone.FixedResponseConfig, MessageBody: 'b'.repeat(1025) }],
		['a 3xx status', { StatusCode: '302' }],
		['another content type', { StatusCode: '200', ContentType: 'image/png' }],
	])('a fixed response with %s is refused', async (_what, FixedResponseConfig) => {
		await expect(create(13, [query('z')], [{ Type: 'fixed-response', FixedResponseConfig }])).rejects.toThrow();
	});

	test('come in pages, in no order of priority, the default rule among them', async () => {
		for (let priority = 100; priority < 152; priority++) await create(priority, [query(`p${priority}`)]);
		const listener = { ListenerArn: shop.outputs.ListenerArn };
		const first = await shop.aws.elb.describeRules(listener);
		expect(first.Rules).toHaveLength(50);
		const second = await shop.aws.elb.describeRules({ ...listener, Marker: first.NextMarker });
		expect(second.NextMarker).toBeUndefined();
		const priorities = [...first.Rules!, ...second.Rules!].map((rule) => rule.Priority);
		expect(priorities).toHaveLength(55);
		expect(priorities).toContain('default');
		const numbers = priorities.filter((priority) => priority !== 'default').map(Number);
		expect(numbers).not.toEqual(numbers.toSorted((a, b) => a - b));
	});

	test('are limited for each load balancer, the default one not counted', async () => {
		for (let priority = 200; priority < 206; priority++) await create(priority, [query(`p${priority}`)]);
		await expect(create(300, [query('more')])).rejects.toMatchObject({ name: 'TooManyRulesException' });
	});
});

describe('target groups', () => {
	test('the same settings again are the same group, others a duplicate', async () => {
		const arn = await createTargetGroup(shop.aws, shop.outputs, 'same');
		expect(await createTargetGroup(shop.aws, shop.outputs, 'same')).toBe(arn);
		const other = createTargetGroup(shop.aws, { ...shop.outputs, VpcId: 'vpc-other' }, 'same');
		await expect(other).rejects.toMatchObject({ name: 'DuplicateTargetGroupNameException' });
	});

	test.each(['-a', 'a-', 'a_b', 'a'.repeat(33)])('cannot be called %s', async (name) => {
		await expect(createTargetGroup(shop.aws, shop.outputs, name)).rejects.toMatchObject({ name: 'ValidationError' });
	});

	test('cannot be deleted while a rule forwards to it; deleting again succeeds', async () => {
		const group = await createTargetGroup(shop.aws, shop.outputs, 'in-use');
		const [first] = (await shop.aws.elb.describeRules({ ListenerArn: shop.outputs.ListenerArn })).Rules!.filter(
			(rule) => !rule.IsDefault,
		);
		await shop.aws.elb.deleteRule({ RuleArn: first!.RuleArn });
		const rule = await createRule(shop.aws, shop.outputs, { id: 'in-use', group, priority: 40_000 });
		await expect(shop.aws.elb.deleteTargetGroup({ TargetGroupArn: group })).rejects.toMatchObject({
			name: 'ResourceInUseException',
		});
		await shop.aws.elb.modifyRule({ RuleArn: rule, Actions: [gone] });
		await shop.aws.elb.deleteTargetGroup({ TargetGroupArn: group });
		await shop.aws.elb.deleteTargetGroup({ TargetGroupArn: group });
		await expect(shop.aws.elb.describeTargetGroups({ TargetGroupArns: [group] })).rejects.toMatchObject({
			name: 'TargetGroupNotFoundException',
		});
	});

	test('are limited for each load balancer; one used twice counts once', async () => {
		const rules = (await shop.aws.elb.describeRules({ ListenerArn: shop.outputs.ListenerArn, PageSize: 400 })).Rules!;
		const spare = rules.filter((rule) => !rule.IsDefault).slice(0, 6);
		const forward = async (at: number, name: string) =>
			shop.aws.elb.modifyRule({
				RuleArn: spare[at]!.RuleArn,
				Actions: [{ Type: 'forward', TargetGroupArn: await createTargetGroup(shop.aws, shop.outputs, name) }],
			});
		for (const [at, name] of ['g1', 'g2', 'g3', 'g4', 'g4'].entries()) await forward(at, name);
		await expect(forward(5, 'g5')).rejects.toMatchObject({
			name: 'TooManyUniqueTargetGroupsPerLoadBalancerException',
		});
	});

	test('attributes outside their range are refused, and none of the call is kept', async () => {
		const group = await createTargetGroup(shop.aws, shop.outputs, 'attributes');
		const set = (Key: string, Value: string) =>
			shop.aws.elb.modifyTargetGroupAttributes({ TargetGroupArn: group, Attributes: [{ Key, Value }] });
		await set('deregistration_delay.timeout_seconds', '3600');
		for (const [key, value] of [
			['deregistration_delay.timeout_seconds', '3601'],
			['stickiness.enabled', 'yes'],
			['no.such', '1'],
		] as const) {
			await expect(set(key, value)).rejects.toMatchObject({ name: 'InvalidConfigurationRequestException' });
		}
	});
});

test('tags are read for at most twenty resources at a time', async () => {
	const group = await createTargetGroup(shop.aws, shop.outputs, 'tagged');
	const { TagDescriptions } = await shop.aws.elb.describeTags({ ResourceArns: [group] });
	expect(TagDescriptions?.[0]?.Tags).toEqual([{ Key: 'deployment-id', Value: 'tagged' }]);
	await expect(shop.aws.elb.describeTags({ ResourceArns: Array(21).fill(group) })).rejects.toThrow();
});

test('only an issued certificate is attached, and the default one is never removed', async () => {
	const pending = shop.world.certificates.add(['new.example.com'], 'PENDING_VALIDATION');
	const listener = { ListenerArn: shop.outputs.ListenerArn };
	const attach = () => shop.aws.elb.modifyListener({ ...listener, Certificates: [{ CertificateArn: pending }] });
	await expect(attach()).rejects.toMatchObject({ name: 'UnsupportedCertificateException' });
	shop.world.certificates.set(pending, 'ISSUED');
	await attach();
	const { Certificates } = await shop.aws.elb.describeListenerCertificates(listener);
	expect(Certificates).toEqual([{ CertificateArn: pending, IsDefault: true }]);
	await expect(
		shop.aws.elb.removeListenerCertificates({ ...listener, Certificates: [{ CertificateArn: pending }] }),
	).rejects.toMatchObject({ name: 'OperationNotPermittedException' });
});
