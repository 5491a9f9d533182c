import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { typedPath } from 'pulse-deploy-kit/build-paths';
import { afterAll, describe, expect, test } from 'vitest';
import { cdkChoice } from './cdk.ts';
import { deployRequest } from './deploy.ts';
import { checkedRegion, regionFrom } from './region.ts';

const folder = mkdtempSync(join(tmpdir(), 'pulse-aws-config-'));
for (const file of ['Dockerfile', 'app.ts']) writeFileSync(join(folder, file), '');
writeFileSync(join(folder, 'main.py'), 'from pulse_aws import AWSECSPlugin\n');
mkdirSync(join(folder, 'web'));
mkdirSync(join(folder, 'bare'));
writeFileSync(join(folder, 'bare', 'app.ts'), '');
afterAll(() => rmSync(folder, { recursive: true }));

const asked = (flags: Record<string, unknown> = {}, env: Record<string, string> = {}) =>
	deployRequest({ flags: { deploymentName: 'prod', domain: 'app.example.com', ...flags }, env, cwd: folder });

describe('A1.3: paths', () => {
	test('of the host start where the command was run, and at home with ~', async () => {
		const { docker } = await asked({ context: '.' });
		expect([docker.dockerfile, docker.context]).toEqual([join(folder, 'Dockerfile'), folder]);
		expect(typedPath(folder, '~/app')).toBe(join(homedir(), 'app'));
	});

	test('of a bare CDK program are left to PATH, others are resolved', async () => {
		expect(await cdkChoice(folder, {})).toBeUndefined();
		expect(await cdkChoice(folder, { cdkBin: 'cdk' })).toEqual({ program: 'cdk', workdir: undefined });
		expect(await cdkChoice(folder, { cdkBin: './bin/cdk', cdkWorkdir: 'web' })).toEqual({
			program: join(folder, 'bin/cdk'),
			workdir: join(folder, 'web'),
		});
		await expect(cdkChoice(folder, { cdkWorkdir: 'nope' })).rejects.toThrow('CDK workdir not found: nope');
	});

	test.each([
		[{ dockerfile: 'nope' }, 'Dockerfile not found: nope'],
		[{ context: 'nope' }, 'Context path not found: nope'],
		[{ appFile: 'nope.py' }, 'App file not found: nope.py'],
		[{ webRoot: 'nope' }, 'Web root not found: nope'],
		[{ context: 'bare', appFile: 'app.ts', webRoot: 'web' }, 'Web root not found: web'],
		[{ appFile: '/main.py' }, 'must be relative to the Docker build context'],
		[{ webRoot: '/web' }, 'must be relative to the Docker build context'],
		[{ appFile: '../main.py' }, 'must be inside the Docker build context'],
	])('%o: %s', async (flags, message) => {
		await expect(asked(flags)).rejects.toThrow(message);
	});

	test('an app that is not Python needs no web root', async () => {
		expect((await asked({ context: 'bare', appFile: 'app.ts' })).docker.buildArgs.APP_FILE).toBe('app.ts');
	});
});

describe('A1.4: the server address', () => {
	test('is the flag, else the variable, else the domain', async () => {
		const addressOf = async (...given: Parameters<typeof asked>) =>
			(await asked(...given)).task.env.PULSE_SERVER_ADDRESS;
		const env = { PULSE_SERVER_ADDRESS: 'https://b.example.com' };
		expect(await addressOf({ serverAddress: 'https://a.example.com' }, env)).toBe('https://a.example.com');
		expect(await addressOf({}, env)).toBe('https://b.example.com');
		expect(await addressOf()).toBe('https://app.example.com');
	});

	test.each([
		['app.example.com', 'is not an address'],
		['ftp://app.example.com', 'is not an address'],
		['http://app.example.com', 'must be https'],
		['https://app.example.com/shop', 'must be an origin, without a path'],
		['https://app.example.com?x=1', 'must be an origin, without a path'],
		['https://user:pw@app.example.com', 'must hold no user or password'],
	])('%s is refused before anything is built: it %s', async (address, why) => {
		for (const [flags, env] of [
			[{ serverAddress: address }],
			[{}, { PULSE_SERVER_ADDRESS: address }],
			[{ taskEnv: [`PULSE_SERVER_ADDRESS=${address}`] }],
		] as const) {
			const given = asked(flags, env);
			await expect(given).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining(why) });
			await expect(given).rejects.not.toThrow('pw');
		}
	});

	test('loses the slash at its end', async () => {
		const { task, docker } = await asked({ serverAddress: ' https://a.example.com/ ' });
		expect([task.env.PULSE_SERVER_ADDRESS, docker.buildArgs.PULSE_SERVER_ADDRESS]).toEqual(
			Array(2).fill('https://a.example.com'),
		);
	});

	test('is given to build and tasks, with app file and web root to the build; values of the user win', async () => {
		const { docker, task } = await asked();
		expect(docker.buildArgs).toEqual({
			APP_FILE: 'main.py',
			WEB_ROOT: 'web',
			PULSE_SERVER_ADDRESS: 'https://app.example.com',
		});
		expect(task.env).toEqual({ PULSE_SERVER_ADDRESS: 'https://app.example.com' });
		const own = await asked({
			buildArg: ['APP_FILE=x.py', 'A=b=c'],
			taskEnv: ['PULSE_SERVER_ADDRESS=https://c', 'E='],
		});
		expect(own.docker.buildArgs).toMatchObject({ APP_FILE: 'x.py', A: 'b=c' });
		expect(own.task.env).toEqual({ PULSE_SERVER_ADDRESS: 'https://c', E: '' });
		await expect(asked({ buildArg: ['A'] })).rejects.toThrow("--build-arg must be KEY=VALUE, got 'A'");
	});
});

test('the health budget and the idle timeout have flags and variables', async () => {
	expect((await asked()).health.budgetSeconds).toBe(300);
	expect((await asked({ healthBudget: '900' })).health.budgetSeconds).toBe(900);
	expect((await asked({}, { PULSE_AWS_HEALTH_BUDGET: '60' })).health.budgetSeconds).toBe(60);
	expect((await asked()).network.idleTimeoutSeconds).toBeNull();
	expect((await asked({ idleTimeout: '60' })).network.idleTimeoutSeconds).toBe(60);
	expect((await asked({}, { PULSE_AWS_IDLE_TIMEOUT: '4000' })).network.idleTimeoutSeconds).toBe(4000);
	await expect(asked({ idleTimeout: '4001' })).rejects.toThrow('must be <= 4000');
});

test.each([undefined, '', 'aws-global'])('A2.3: %o is no region, and the ways to set one are listed', (region) => {
	expect(() => checkedRegion(region)).toThrow(
		expect.objectContaining({
			message: 'no AWS region is set',
			next: expect.stringMatching(/--region.*AWS_REGION.*aws configure/),
		}),
	);
	expect(checkedRegion('eu-west-1')).toBe('eu-west-1');
});

test('A2.3: a program and the plugin find the region in either variable, which the SDK alone does not', () => {
	expect(regionFrom(undefined, { AWS_DEFAULT_REGION: 'eu-west-1' })).toBe('eu-west-1');
	expect(regionFrom(undefined, { AWS_REGION: 'eu-west-3', AWS_DEFAULT_REGION: 'eu-west-1' })).toBe('eu-west-3');
	expect(regionFrom('us-east-1', { AWS_REGION: 'eu-west-3' })).toBe('us-east-1');
	expect(regionFrom(undefined, {})).toBeUndefined();
});
