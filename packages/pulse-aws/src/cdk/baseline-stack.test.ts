import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
// @ts-expect-error: a build script without types
import { bundleReaper } from '../../bundle-reaper.mjs';
import { lockParameter, noticesParameter } from '../deployments/names.ts';
import { baselineStack } from './baseline-stack.ts';
import { packedCode } from './packed-code.ts';
import { BASELINE_VERSION, type BaselineSettings, fromContext, toContext } from './settings.ts';
import { SETTINGS as COMMON } from './testing/settings.ts';

const SETTINGS: BaselineSettings = {
	...COMMON,
	secretArns: [
		'arn:aws:ssm:eu-west-1:123456789012:parameter/x',
		'arn:aws:secretsmanager:eu-west-1:123456789012:secret:y-abc',
	],
};

const folder = mkdtempSync(join(tmpdir(), 'pulse-aws-reaper-'));
const bundle = join(folder, 'index.cjs');
let code: string;
beforeAll(async () => {
	await bundleReaper(bundle);
	code = readFileSync(bundle, 'utf8');
});
afterAll(() => rmSync(folder, { recursive: true }));

function synthesize(change: Partial<BaselineSettings> = {}, nag = false, reaper = code) {
	const app = new App({ outdir: mkdtempSync(join(folder, 'cdk.out-')) });
	const stack = baselineStack(app, { ...SETTINGS, ...change }, reaper);
	if (nag) Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
	const assembly = app.synth();
	return { stack, assembly, template: Template.fromJSON(assembly.getStackArtifact(stack.artifactId).template) };
}

describe('the bundled reaper', { timeout: 120_000 }, () => {
	test('A10.1: loads in a plain Node process as Lambda loads it, and names the setting that is missing', () => {
		// As the template has it.
		const packed = join(folder, 'index.packed.cjs');
		writeFileSync(packed, packedCode(code));
		expect(readFileSync(packed, 'utf8').length).toBeLessThan(code.length / 2);
		const script = `
			const Module = require('node:module');
			const original = Module._resolveFilename;
			const asked = [];
			Module._resolveFilename = (name, ...rest) => { asked.push(name); return original(name, ...rest); };
			const { handler } = require(${JSON.stringify(packed)});
			handler({}).catch((error) => console.log(JSON.stringify({ asked, error: error.message })));
		`;
		const env = {
			PATH: process.env.PATH,
			NODE_PATH: join(import.meta.dirname, '../../../../node_modules'),
			AWS_REGION: 'eu-west-1',
		};
		const { asked, error } = JSON.parse(
			execFileSync(process.execPath, ['-e', script], { env, encoding: 'utf8' }).trim().split('\n').at(-1) ?? '',
		);
		expect(error).toBe('PULSE_AWS_DEPLOYMENT_NAME is not set');
		const outside = asked.filter(
			(name: string) => !name.startsWith('.') && !name.startsWith('node:') && name !== packed,
		);
		const direct = ['ecr', 'ecs', 'elastic-load-balancing-v2', 'ssm'].map((client) => `@aws-sdk/client-${client}`);
		expect(outside).toEqual(expect.arrayContaining(direct));
	});
});

describe('the baseline template', { timeout: 120_000 }, () => {
	test('A3.2: needs no bootstrapped account: it has no asset', () => {
		const { assembly, stack } = synthesize();
		const artifact = assembly.getStackArtifact(stack.artifactId);
		expect(artifact.assets).toEqual([]);
		expect(artifact.manifest.properties).not.toHaveProperty('assumeRoleArn');
		expect(artifact.manifest.properties).not.toHaveProperty('cloudFormationExecutionRoleArn');
	});

	test('A3.2: is small enough to be sent inline as the toolkit counts it, with eight allowed ranges', () => {
		const { assembly, stack } = synthesize({
			allowedCidrs: Array.from({ length: 8 }, (_, index) => `198.51.100.${16 * index}/28`),
		});
		const require = createRequire(import.meta.url);
		const { toYAML } = require(join(dirname(require.resolve('@aws-cdk/toolkit-lib')), 'util/index.js'));
		expect(toYAML(assembly.getStackArtifact(stack.artifactId).template).length).toBeLessThanOrEqual(51_200);
	});

	test.each(['gateway', 'none'] as const)(
		'has no finding of cdk-nag that is not acknowledged with a reason (nat %s)',
		(nat) => {
			expect(() => synthesize({ nat }, true)).not.toThrow();
		},
	);

	test.for(['gateway', 'none'] as const)('has no finding of cfn-lint (nat %s)', (nat, { skip }) => {
		skip(spawnSync('cfn-lint', ['--version']).status !== 0, 'cfn-lint is not installed: pip install cfn-lint');
		const { assembly, stack } = synthesize({ nat });
		// W3005: the CDK writes dependencies out that references already imply.
		const { templateFullPath } = assembly.getStackArtifact(stack.artifactId);
		const { status, stdout } = spawnSync('cfn-lint', ['-t', templateFullPath, '--ignore-checks', 'W3005'], {
			encoding: 'utf8',
		});
		expect(stdout).toBe('');
		expect(status).toBe(0);
	});

	test('A3.5: tells everything that a deploy reads', () => {
		const { template } = synthesize();
		expect(Object.keys(template.findOutputs('*')).sort()).toEqual(
			(
				'AlbDnsName AlbHostedZoneId ListenerArn PrivateSubnets PublicSubnets AlbSecurityGroupId ServiceSecurityGroupId ClusterName ' +
				'LogGroupName EcrRepositoryUri VpcId CertificateArn ExecutionRoleArn TaskRoleArn TaskSubnets AssignPublicIp VerificationSalt ' +
				'AllowedCidrs IdleTimeoutSeconds VerificationToken SecretArns ReaperScheduleMinutes ReaperMaxAgeHours ReaperDeploymentTimeoutHours ' +
				'RollbackWindowSeconds RollbackKeep'
			)
				.split(' ')
				.sort(),
		);
	});

	// Where this fails, raise BASELINE_VERSION, or stacks that are there never get the change.
	test('A3.1: a template that changed has a version of its own', () => {
		const { template } = synthesize({}, false, 'exports.handler = async () => {};');
		const fingerprint = createHash('sha256').update(JSON.stringify(template.toJSON())).digest('hex').slice(0, 16);
		expect([BASELINE_VERSION, fingerprint]).toEqual(['1.12.0', 'a52bf4e4e683c3e6']);
	});

	test('A3.1: a stack that is there can be updated: its rules keep their logical ids, which EC2 would refuse a second time', () => {
		const { template } = synthesize();
		const ids = Object.keys(template.findResources('AWS::EC2::SecurityGroupIngress'));
		expect(ids).toEqual([
			'ServiceSecurityGroupfromBaselineAlbSecurityGroup3A300F098000A6CF5956',
			'ServiceSecurityGroupfromBaselineAlbSecurityGroup3A300F09800116EA624A',
			'ServiceSecurityGroupfromBaselineServiceSecurityGroup3D35FE3480008B2DCF2F',
		]);
	});

	test('A3.4: tasks reach each other on the port of a Pulse app alone, and nobody else but the load balancer reaches them', () => {
		const { template } = synthesize();
		const rules = Object.values(template.findResources('AWS::EC2::SecurityGroupIngress'));
		const from = (rule: { Properties: Record<string, { 'Fn::GetAtt'?: string[] }> }, key: string) =>
			rule.Properties[key]?.['Fn::GetAtt']?.[0]?.replace(/[0-9A-F]{8}$/, '');
		expect(
			rules.map((rule) => [
				from(rule as never, 'SourceSecurityGroupId'),
				from(rule as never, 'GroupId'),
				rule.Properties.FromPort,
				rule.Properties.ToPort,
			]),
		).toEqual([
			['AlbSecurityGroup', 'ServiceSecurityGroup', 8000, 8000],
			['AlbSecurityGroup', 'ServiceSecurityGroup', 8001, 8001],
			['ServiceSecurityGroup', 'ServiceSecurityGroup', 8000, 8000],
		]);
	});

	test('A3.4: answers 503 until the first deployment, verifies itself, and redirects http', () => {
		const { template } = synthesize();
		template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
			Port: 443,
			DefaultActions: [
				{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '503', MessageBody: '{"status":"draining"}' } },
			],
			SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-Res-2021-06',
		});
		template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
			Port: 80,
			DefaultActions: [Match.objectLike({ Type: 'redirect' })],
		});
		template.hasResourceProperties('AWS::ElasticLoadBalancingV2::ListenerRule', {
			Priority: 1,
			Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/_pulse/verify-0123456789abcdef'] } }],
		});
	});

	test('A3.4: opens the load balancer to the allowed ranges and to nobody else', () => {
		const { template } = synthesize({ allowedCidrs: ['192.0.2.0/24'] });
		const groups = Object.values(template.findResources('AWS::EC2::SecurityGroup'));
		const ranges = groups.flatMap((group) => group.Properties.SecurityGroupIngress ?? []).map((rule) => rule.CidrIp);
		expect(new Set(ranges)).toEqual(new Set(['192.0.2.0/24']));
		expect(JSON.stringify(template.findResources('AWS::EC2::SecurityGroupIngress'))).not.toContain('0.0.0.0/0');
	});

	test('A3.4: keeps nothing with a fixed name when it is deleted', () => {
		const { template } = synthesize();
		for (const type of ['AWS::ECR::Repository', 'AWS::Logs::LogGroup']) {
			for (const resource of Object.values(template.findResources(type)))
				expect(resource.DeletionPolicy).toBe('Delete');
		}
		template.hasResourceProperties('AWS::ECR::Repository', { EmptyOnDelete: true, ImageTagMutability: 'IMMUTABLE' });
	});

	test('A3.4: without a gateway has no NAT, and tasks in public subnets', () => {
		const { template } = synthesize({ nat: 'none' });
		template.resourceCountIs('AWS::EC2::NatGateway', 0);
		template.hasOutput('AssignPublicIp', { Value: 'ENABLED' });
		expect(template.findOutputs('PrivateSubnets')).toEqual({});
		synthesize().template.resourceCountIs('AWS::EC2::NatGateway', 1);
	});

	test("A3.4: lets the reaper make each call that it makes, and change nothing but this name's", () => {
		const { template } = synthesize();
		const [role] = Object.values(
			template.findResources('AWS::IAM::Role', {
				Properties: {
					AssumeRolePolicyDocument: Match.objectLike({
						Statement: [Match.objectLike({ Principal: { Service: 'lambda.amazonaws.com' } })],
					}),
				},
			}),
		);
		const statements: { Action: string | string[]; Resource: unknown; Condition?: object }[] =
			role?.Properties.Policies[0].PolicyDocument.Statement;
		const allowed = new Set(statements.flatMap((statement) => statement.Action));
		const calls = readFileSync(bundle, 'utf8');
		const needed: Record<string, RegExp> = {
			'ecs:$': /ecs\.(\w+)\(/g,
			'elasticloadbalancing:$': /elb\.(\w+)\(/g,
			'ssm:$': /ssm\.(\w+)\(/g,
			'ecr:$': /ecr\.(\w+)\(/g,
		};
		const made = Object.entries(needed).flatMap(([prefix, pattern]) =>
			[...calls.matchAll(pattern)].map(([, call = '']) => prefix.replace('$', call[0]?.toUpperCase() + call.slice(1))),
		);
		expect(made.length).toBeGreaterThan(10);
		for (const action of made) expect(allowed).toContain(action);
		// The history, what was told of it, and the deploy lock, and no more outside what deployments own.
		const writes = statements.filter(({ Action }) => [Action].flat().includes('ssm:PutParameter'));
		const places = writes.flatMap(({ Resource }) => [Resource].flat() as { 'Fn::Sub': string }[]);
		expect(places.map((place) => `:${place['Fn::Sub'].split(':').at(-1)}`)).toEqual([
			...[':parameter/apps/prod', ':parameter/apps/prod/*'],
			...['/pulse-aws/prod/history/*', noticesParameter('prod'), lockParameter('prod')].map(
				(parameter) => `:parameter${parameter}`,
			),
		]);
		const listener = statements.find(({ Action }) => Action === 'elasticloadbalancing:ModifyListener');
		expect(JSON.stringify(listener?.Resource)).toMatch(/^\{"Ref":"AlbHttps/);
		// `prod-*` is also the beginning of what `prod-eu` has.
		const groups = statements.find(({ Action }) => Action === 'elasticloadbalancing:DeleteTargetGroup');
		expect(groups?.Condition).toEqual({ StringEquals: { 'aws:ResourceTag/deployment_name': 'prod' } });
		for (const { Action, Resource } of statements) {
			if (JSON.stringify(Action).match(/Delete|Put|Update|Tag(?!s)/) && !JSON.stringify(Action).match(/Deregister/)) {
				expect(JSON.stringify(Resource)).not.toBe('"*"');
			}
		}
	});

	test('A3.4: has the network, names and rights that deployments rely on', () => {
		const { template } = synthesize();
		template.resourceCountIs('AWS::EC2::Subnet', 4);
		template.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', {
			Name: 'prod-alb',
			Scheme: 'internet-facing',
			LoadBalancerAttributes: Match.arrayWith([{ Key: 'idle_timeout.timeout_seconds', Value: '900' }]),
		});
		synthesize({ idleTimeoutSeconds: 60 }).template.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', {
			LoadBalancerAttributes: Match.arrayWith([{ Key: 'idle_timeout.timeout_seconds', Value: '60' }]),
		});
		template.hasResourceProperties('AWS::ECS::Cluster', { ClusterName: 'prod' });
		template.hasResourceProperties('AWS::ECR::Repository', { RepositoryName: 'prod' });
		template.hasResourceProperties('AWS::Logs::LogGroup', { LogGroupName: '/aws/pulse/prod/app', RetentionInDays: 90 });
		const roles = JSON.stringify(template.findResources('AWS::IAM::Role'));
		for (const action of ['ecr:GetAuthorizationToken', 'logs:PutLogEvents', 'ssm:GetParameter', 'ssm:PutParameter'])
			expect(roles).toContain(`"${action}"`);
		expect(roles).toContain('parameter/apps/prod/*/state');
		expect(roles).toContain('parameter/apps/prod/*/tasks/*');
	});

	test("A3.4: tasks read states and write words, and neither the other way round; they list this cluster's tasks and no other's", () => {
		const { template } = synthesize();
		const roles = Object.values(template.findResources('AWS::IAM::Role'));
		const task = roles.find((role) => role.Properties.Policies?.[0]?.PolicyName === 'state');
		const all: { Action: string | string[]; Resource: { 'Fn::Sub': string }; Condition?: unknown }[] =
			task?.Properties.Policies[0].PolicyDocument.Statement;
		const [lists, ...others] = all.filter(({ Action }) => Action.includes('ecs:ListTasks'));
		expect(others).toEqual([]);
		expect(lists).toMatchObject({ Action: ['ecs:ListTasks', 'ecs:DescribeTasks'], Resource: '*' });
		expect(JSON.stringify(lists?.Condition)).toMatch(/^\{"ArnEquals":\{"ecs:cluster":.*:cluster\/prod"\}\}\}$/);
		const statements = all.filter((statement) => statement !== lists);
		expect(statements.map(({ Action, Resource }) => [Action, `:${Resource['Fn::Sub'].split(':').at(-1)}`])).toEqual([
			[['ssm:GetParameter', 'ssm:GetParameters'], ':parameter/apps/prod/*/state'],
			['ssm:PutParameter', ':parameter/apps/prod/*/tasks/*'],
		]);
	});

	test('A10.1: runs the reaper every minute, with the place and the limits it needs', () => {
		const { template } = synthesize({
			reaperScheduleMinutes: 1,
			reaperMaxAgeHours: 2,
			reaperDeploymentTimeoutHours: 3,
		});
		template.hasResourceProperties('AWS::Lambda::Function', {
			Runtime: 'nodejs24.x',
			Timeout: 180,
			Environment: {
				Variables: Match.objectLike({
					PULSE_AWS_CLUSTER: Match.anyValue(),
					PULSE_AWS_DEPLOYMENT_NAME: 'prod',
					PULSE_AWS_LISTENER_ARN: Match.anyValue(),
					PULSE_AWS_REAPER_MAX_AGE_HR: '2',
					PULSE_AWS_REAPER_DEPLOYMENT_TIMEOUT: '3',
				}),
			},
		});
		expect(JSON.stringify(template.toJSON())).toMatch(/rate\(1 minute\)/);
	});

	test('A3.2: takes its settings from CDK context unchanged', () => {
		expect(fromContext(toContext(SETTINGS))).toEqual(SETTINGS);
		expect(() => fromContext({ ...toContext(SETTINGS), verification_token: 'x' })).toThrow('verification_token');
	});
});
