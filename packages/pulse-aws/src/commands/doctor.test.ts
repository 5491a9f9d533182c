import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsError } from 'aws-world/errors';
import { usageError } from 'pulse-deploy-kit/errors';
import { afterEach, expect, test } from 'vitest';
import { VERSION_TAG } from '../cdk/settings.ts';
import { lockText } from '../deployments/lock-value.ts';
import { lockParameter } from '../deployments/names.ts';
import { stateParameter } from '../protocol.ts';
import { doctor } from './doctor.ts';
import { DOMAIN, NAME, reaperRan } from './testing/account.ts';
import {
	answers,
	diagnosed,
	type Fault,
	failing,
	healthyStack,
	listenerOf,
	passing,
	put,
	REQUEST,
	type Stack,
	stackOf,
} from './testing/doctor-stack.ts';

let stack: Stack;
afterEach(() => stack.account.close());

test('A12.4: of a healthy stack nothing is reported, and the report has no names', async () => {
	stack = await healthyStack();
	const { session, id } = stack;
	const report = join(tmpdir(), `doctor-${process.pid}.json`);
	const { ok, checks } = await doctor(session, { ...REQUEST, report });
	expect(checks.filter(({ status }) => status !== 'ok')).toEqual([]);
	expect(ok).toBe(true);
	expect(checks.find(({ check }) => check === 'websocket')).toMatchObject({ measured: { status: 101 } });
	const text = await readFile(report, 'utf8');
	await rm(report);
	expect(JSON.parse(text).checks).toHaveLength(checks.length);
	for (const secret of [NAME, DOMAIN, id, '123456789012', '127.0.0.1', 'arn:']) expect(text).not.toContain(secret);
});

test('the report holds nothing of what stands where a state or a version should', async () => {
	stack = await healthyStack();
	await put(stack, stateParameter(NAME, stack.id), 'ann@shop.example');
	Object.assign(stackOf(stack), { tags: { [VERSION_TAG]: 'of ann@shop.example' } });
	const { checks } = await doctor(stack.session, REQUEST);
	expect(JSON.stringify(checks)).toContain('ann@shop.example');
	expect(JSON.stringify(checks.map(({ measured }) => measured))).not.toContain('ann@shop.example');
});

const balancerOf = ({ world }: Stack) => [...world.elb.loadBalancers.values()][0]!;
const ends = (status: ReturnType<typeof stackOf>['status'], reason?: string) => (stack: Stack) => {
	Object.assign(stackOf(stack), { status, reason });
};
const identity = (answer: () => Promise<object>) => answers('sts', 'getCallerIdentity', answer);
const denied =
	(call: 'elb.describeRules' | 'acm.describeCertificate' | 'cloudformation.describeStacks' | 'ecs.describeClusters') =>
	(stack: Stack) => ({
		aws: stack.account.connect({ faults: [{ call, nth: 1, times: 9, kind: 'access-denied' }] }).session.aws,
	});
const silent = (stack: Stack) => stack.world.logs.get(`${NAME}-baseline-ReaperLog`)?.clear();

const FAULTS: readonly Fault[] = [
	[
		'Docker that does not run',
		({ session }) => ({ images: { ...session.images, check: failing(usageError('no engine', 'Start it.')) } }),
		'docker fail',
	],
	[
		'a CDK that is not installed',
		({ session }) => ({
			baseline: {
				...session.baseline,
				version: 'emulated',
				check: () => {
					throw usageError('no CDK', 'Install it.');
				},
			},
		}),
		'cdk fail',
	],
	[
		'a region that is none',
		identity(failing(Object.assign(new Error('no such host'), { code: 'ENOTFOUND' }))),
		'api fail',
	],
	[
		'a proxy that answers instead of AWS',
		identity(failing(Object.assign(new AwsError('Unknown', 'sign in', 302), { $metadata: { httpStatusCode: 302 } }))),
		'api fail',
	],
	[
		'no credentials',
		identity(failing(Object.assign(new Error('none'), { name: 'CredentialsProviderError' }))),
		'credentials fail',
	],
	[
		'credentials that have expired',
		identity(failing(new AwsError('ExpiredToken', 'expired', 403))),
		'credentials fail',
	],
	['the root user', identity(async () => ({ Arn: 'arn:aws:iam::123456789012:root' })), 'credentials warn'],
	['no right to read rules', denied('elb.describeRules'), 'rights fail'],
	['no right to read certificates', denied('acm.describeCertificate'), 'rights fail'],
	['no right to read stacks', denied('cloudformation.describeStacks'), 'rights fail'],
	['no right to read clusters', denied('ecs.describeClusters'), 'rights warn'],
	[
		'a role of ECS that was deleted',
		({ world }) => void world.serviceLinkedRoles.delete('AWSServiceRoleForECS'),
		'service-roles fail',
	],
	['a clock that is far off', ({ session }) => ({ awsNow: () => session.clock.now() - 400_000 }), 'clock fail'],
	['a clock that is off', ({ session }) => ({ awsNow: () => session.clock.now() + 20_000 }), 'clock warn'],
	['an update that was rolled back', ends('UPDATE_ROLLBACK_COMPLETE', 'no capacity'), 'baseline warn'],
	['an update whose roll-back failed', ends('UPDATE_ROLLBACK_FAILED'), 'baseline warn'],
	['a creation that failed', ends('ROLLBACK_COMPLETE'), 'baseline warn'],
	['an update that runs', ends('UPDATE_IN_PROGRESS'), 'baseline warn'],
	['a deletion that failed', ends('DELETE_FAILED'), 'baseline fail'],
	['an import that was not rolled back', ends('IMPORT_ROLLBACK_FAILED'), 'baseline fail'],
	[
		'an output that is missing',
		(stack) =>
			void stackOf(stack).outputs.splice(
				stackOf(stack).outputs.findIndex(({ OutputKey }) => OutputKey === 'ClusterName'),
				1,
			),
		'baseline fail',
	],
	[
		'a stack of another tool',
		(stack) =>
			void stackOf(stack).outputs.splice(
				stackOf(stack).outputs.findIndex(({ OutputKey }) => OutputKey === 'VerificationSalt'),
				1,
			),
		'baseline fail',
	],
	[
		'a baseline of another version',
		(stack) => {
			stackOf(stack).tags = { 'pulse-cf-version': '0.9.0' };
		},
		'baseline-version warn',
	],
	[
		'a command that works',
		async (stack) =>
			void (await put(stack, lockParameter(NAME), lockText({ holder: 'ann@laptop', token: 'ab', over: 0 }))),
		'lock warn',
	],
	[
		'a command that was killed',
		async (stack) => {
			await put(stack, lockParameter(NAME), lockText({ holder: 'ann@laptop', token: 'ab', over: 0 }));
			return passing(stack, 120_000);
		},
		'lock warn',
	],
	['a cluster that was deleted', ({ world }) => void world.ecs.clusters.delete(NAME), 'cluster fail'],
	[
		'a load balancer that was deleted',
		({ world }) => void world.elb.loadBalancers.clear(),
		'load-balancer fail, targets fail',
	],
	[
		'a load balancer that failed',
		(stack) => void Object.assign(balancerOf(stack), { State: { Code: 'failed' } }),
		'load-balancer fail',
	],
	[
		'a load balancer that is short of room',
		(stack) => void Object.assign(balancerOf(stack), { State: { Code: 'active_impaired' } }),
		'load-balancer warn',
	],
	[
		'a listener that was deleted',
		(stack) => void stack.world.elb.listeners.delete(listenerOf(stack).arn),
		'listener fail',
	],
	['a listener on another port', (stack) => void Object.assign(listenerOf(stack), { port: 8443 }), 'listener fail'],
	['a repository that was deleted', ({ world }) => void world.registry.repositories.delete(NAME), 'repository fail'],
	['a log group that was deleted', ({ world }) => void world.logs.delete(`/aws/pulse/${NAME}/app`), 'log-group fail'],
	[
		'a reaper that is not called',
		async (stack) => {
			silent(stack);
			await stack.world.clock.sleep(3_600_000);
		},
		'reaper fail',
	],
	[
		'a reaper that fails',
		(stack) => {
			silent(stack);
			reaperRan(stack.account, { status: 'Status: timeout' });
		},
		'reaper fail',
	],
	[
		'a reaper that failed once',
		(stack) => void reaperRan(stack.account, { status: 'Status: error Error Type: Runtime.ExitError' }),
		'reaper warn',
	],
	[
		'a reaper that is refused a call',
		(stack) => void reaperRan(stack.account, { report: '{"actions":[{"outcome":"failed"}]}' }),
		'reaper warn',
	],
];

test('without credentials all of AWS is skipped, and nothing is made up', async () => {
	stack = await healthyStack();
	const none = Object.assign(new Error('none'), { name: 'CredentialsProviderError' });
	const { checks } = await doctor({ ...stack.session, ...identity(failing(none))(stack) }, REQUEST);
	const asked = checks.filter(({ status }) => status !== 'skipped').map(({ check }) => check);
	expect(asked).toEqual(['node', 'docker', 'cdk', 'credentials']);
});

test.each(FAULTS)('%s is found, and what to do is said', async (_, plant, expected) => {
	stack = await healthyStack();
	const { ok, found, next } = await diagnosed(stack, plant);
	expect(found).toBe(expected);
	for (const one of next) expect(one).toMatch(/\S/);
	expect(ok).toBe(!expected.includes(' fail'));
});
