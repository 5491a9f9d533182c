import { afterEach, describe, expect, test } from 'vitest';
import { type AwsWorld, createAwsWorld } from '../world.ts';
import { ACCOUNT_THROUGHPUT } from './throughput.ts';

let world: AwsWorld;
afterEach(() => world.close());

const open = async (options = {}) => {
	world = await createAwsWorld({ ssm: options });
	return world.aws.ssm;
};
const put = (Name: string, more = {}) => world.aws.ssm.putParameter({ Name, Value: 'v', Type: 'String', ...more });

describe('parameters', () => {
	test('are not replaced unless asked to, and count their versions', async () => {
		const ssm = await open();
		await put('/a');
		await expect(put('/a')).rejects.toMatchObject({ name: 'ParameterAlreadyExists' });
		expect((await put('/a', { Value: 'w', Overwrite: true })).Version).toBe(2);
		expect(await ssm.getParameters({ Names: ['/a', '/b'] })).toMatchObject({
			Parameters: [{ Name: '/a', Value: 'w', Version: 2 }],
			InvalidParameters: ['/b'],
		});
	});

	test.each(['/aws/x', 'ssm-x', '/a b', `/${'a/'.repeat(16)}b`])('cannot be called %s', async (name) => {
		await open();
		await expect(put(name)).rejects.toThrow();
	});

	test('hold at most four kibibytes', async () => {
		await open();
		await expect(put('/a', { Value: 'é'.repeat(2_049) })).rejects.toMatchObject({ name: 'ValidationException' });
	});

	test('below a path come in pages, short ones among them', async () => {
		const ssm = await open();
		for (let n = 10; n < 33; n++) await put(`/apps/x/${n}/state`);
		await put('/apps/xy/1');
		const names: string[] = [];
		const sizes: number[] = [];
		let NextToken: string | undefined;
		do {
			const page = await ssm.getParametersByPath({ Path: '/apps/x', Recursive: true, NextToken });
			names.push(...page.Parameters!.map((parameter) => parameter.Name!));
			sizes.push(page.Parameters!.length);
			NextToken = page.NextToken;
		} while (NextToken);
		expect(sizes).toEqual([5, 10, 5, 3]);
		expect(new Set(names).size).toBe(23);
		expect((await ssm.getParametersByPath({ Path: '/apps/x' })).Parameters).toEqual([]);
		expect((await ssm.getParametersByPath({ Path: '/apps/x/10' })).Parameters).toHaveLength(1);
	});

	test('are read and deleted at most ten at a time; what is missing is told', async () => {
		const ssm = await open();
		await put('/a');
		expect(await ssm.deleteParameters({ Names: ['/a', '/b'] })).toMatchObject({
			DeletedParameters: ['/a'],
			InvalidParameters: ['/b'],
		});
		const Names = Array.from({ length: 11 }, (_, n) => `/${n}`);
		await expect(ssm.getParameters({ Names })).rejects.toMatchObject({ name: 'ValidationException' });
		await expect(ssm.deleteParameters({ Names })).rejects.toMatchObject({ name: 'ValidationException' });
	});
});

test('more calls a second than an account has are throttled, until the next second', async () => {
	await open({ throughput: ACCOUNT_THROUGHPUT });
	for (let n = 0; n < 3; n++) await put(`/${n}`);
	await expect(put('/3')).rejects.toMatchObject({ name: 'ThrottlingException' });
	await world.clock.sleep(1_000);
	await put('/3');
});
