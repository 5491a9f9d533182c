import { readOutputs } from 'aws-world/fixtures/roll-out';
import { motoClients } from 'aws-world/wire/moto-clients';
import { createAwsWorld } from 'aws-world/world';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cdkTemplate } from '../../packages/pulse-aws/src/cdk/testing/cdk-template.ts';
import { startMoto } from './moto.ts';

let moto: Awaited<ReturnType<typeof startMoto>>;
beforeAll(async () => {
	moto = await startMoto();
}, 400_000);
afterAll(async () => {
	if ('url' in moto) await moto.stop();
});

const stackName = 'shop-baseline';
const contextOf = (certificateArn: string) => ({
	deployment_name: 'shop',
	certificate_arn: certificateArn,
	verification_salt: 'f'.repeat(32),
	verification_token: '0123456789abcdef',
});

test('the synthesized baseline is created by CloudFormation, with the outputs it has in the world', async ({
	skip,
}) => {
	if ('missing' in moto) return skip(moto.missing);
	const aws = motoClients(moto.url);
	const certificate = { DomainName: 'shop.example.com', ValidationMethod: 'DNS' as const };
	const { CertificateArn = '' } = await aws.acm.requestCertificate(certificate);
	const template = cdkTemplate(contextOf(CertificateArn));
	await aws.cloudformation.createStack({
		StackName: stackName,
		TemplateBody: JSON.stringify(template),
		Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'],
	});
	const { Stacks } = await aws.cloudformation.describeStacks({ StackName: stackName });
	expect(Stacks?.[0]?.StackStatus).toBe('CREATE_COMPLETE');
	const outputs = await readOutputs(aws);

	const world = await createAwsWorld({ synthesize: cdkTemplate });
	try {
		const context = contextOf(world.certificates.add(['shop.example.com']));
		await world.baseline.deploy({ stackName, context, tags: {} }, new AbortController().signal);
		const own = await readOutputs(world.aws);
		expect(Object.keys(outputs).sort()).toEqual(Object.keys(own).sort());
		for (const name of ['ClusterName', 'LogGroupName', 'AssignPublicIp', 'VerificationToken']) {
			expect([name, outputs[name]]).toEqual([name, own[name]]);
		}
		for (const name of ['TaskSubnets', 'PublicSubnets', 'PrivateSubnets']) {
			expect(outputs[name]?.split(',')).toHaveLength(own[name]?.split(',').length ?? 0);
		}
	} finally {
		await world.close();
	}
	const { Rules } = await aws.elb.describeRules({ ListenerArn: outputs.ListenerArn });
	expect(Rules?.map((rule) => rule.Priority).sort()).toEqual(['1', 'default']);
}, 120_000);
