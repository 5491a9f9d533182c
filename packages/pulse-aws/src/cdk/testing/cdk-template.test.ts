import { readOutputs, rollOut } from 'aws-world/fixtures/roll-out';
import { answering } from 'aws-world/fixtures/shop';
import { type AwsWorld, createAwsWorld } from 'aws-world/world';
import { afterEach, describe, expect, test } from 'vitest';
import { cdkTemplate } from './cdk-template.ts';

let world: AwsWorld;
afterEach(() => world.close());

const signal = new AbortController().signal;
const TOKEN = '0123456789abcdef';

// Loading the CDK takes seconds on a busy machine.
describe('the real baseline stack', { timeout: 120_000 }, () => {
	test.each([
		['gateway', 'PrivateSubnets', 'DISABLED'],
		['none', 'PublicSubnets', 'ENABLED'],
	] as const)('with NAT %s has what tasks and traffic need in its %s', async (nat, subnets, assignPublicIp) => {
		world = await createAwsWorld({ synthesize: cdkTemplate });
		const context = {
			deployment_name: 'shop',
			certificate_arn: world.certificates.add(['shop.example.com']),
			nat,
			verification_salt: 'f'.repeat(32),
			verification_token: TOKEN,
		};
		await world.baseline.deploy({ stackName: 'shop-baseline', context, tags: {} }, signal);
		const outputs = await readOutputs(world.aws);
		const origin = `http://${outputs.AlbDnsName}`;
		expect((await fetch(origin)).status).toBe(503);
		expect(await (await fetch(`${origin}/_pulse/verify-${TOKEN}`)).json()).toMatchObject({ token: TOKEN });

		const image = `${outputs.EcrRepositoryUri}:one`;
		world.registry.push({ uri: image, program: answering('one') });
		const what = { id: 'shop-1', image, priority: 100, assignPublicIp };
		await rollOut(world.aws, { ...outputs, PublicSubnets: outputs[subnets]! }, what);
		await world.clock.sleep(60_000);
		expect(await (await fetch(`${origin}/?pulse_deployment=shop-1`)).text()).toBe('one');
	});
});
