import { expect, test } from 'vitest';
import { baselineOutputs } from './baseline-outputs.ts';

const NAMES =
	'AlbDnsName AlbHostedZoneId ListenerArn PrivateSubnets ServiceSecurityGroupId ClusterName LogGroupName EcrRepositoryUri VpcId CertificateArn ExecutionRoleArn TaskRoleArn';
const outputs = () => new Map(NAMES.split(' ').map((name) => [name, `${name},b`]));

test.each(NAMES.split(' '))('A3.3: %s is missed by its name', (name) => {
	const all = outputs();
	all.delete(name);
	expect(() => baselineOutputs(all)).toThrow(`Missing CloudFormation output '${name}'`);
});

test("A3.5: the outputs of a CDK app of the user's own suffice without ours; subnets are joined by commas", () => {
	expect(baselineOutputs(outputs())).toMatchObject({
		taskSubnets: ['PrivateSubnets', 'b'],
		assignPublicIp: 'DISABLED',
		verificationToken: null,
		secretArns: [],
		reaperMaxAgeHours: 1,
	});
});
