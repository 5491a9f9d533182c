import { afterEach, expect, test } from 'vitest';
import type { Session } from '../adapters/session.ts';
import { lockText } from '../deployments/lock-value.ts';
import { writeNotify } from '../platform/notify-parameter.ts';
import { stateParameter } from '../protocol.ts';
import { deploy } from './deploy.ts';
import { asked, NAME, reaperRan } from './testing/account.ts';
import {
	answers,
	certificateOf,
	diagnosed,
	type Fault,
	failing,
	healthyStack,
	listenerOf,
	passing,
	put,
	type Stack,
} from './testing/doctor-stack.ts';

const told = ({ session }: Stack, { url, secret }: { url: string; secret: string }) =>
	writeNotify(session.aws, NAME, { url, secret, kept: 3_600 });

let stack: Stack;
afterEach(() => stack.account.close());

const targetsOf = ({ world }: Stack) =>
	[...world.elb.targetGroups.values()].flatMap((group) => [...group.targets.values()]);
const limits = (told: Readonly<Record<string, string>>) =>
	answers('elb', 'describeAccountLimits', async () => ({
		Limits: Object.entries(told).map(([Name, Max]) => ({ Name, Max })),
	}));
const expiring = (days: number) => (stack: Stack) => {
	certificateOf(stack).expiresAt = stack.world.clock.now() + days * 86_400_000;
};
const leading =
	(domainAddresses: readonly string[]) =>
	({ session }: Stack) => {
		const lookAtDomain: Session['lookAtDomain'] = async (query, signal) => ({
			...(await session.lookAtDomain(query, signal)),
			aliases: [],
			domainAddresses,
		});
		return { lookAtDomain };
	};
const visiting =
	(more: Partial<Session['visit']>) =>
	({ session }: Stack) => ({ visit: { ...session.visit, ...more } });
const meeting =
	(path: string, answer: object) =>
	({ session }: Stack) => {
		const frontDoor: Session['frontDoor'] = (...at) => ({
			get: async (asked, ...more) => {
				const got = await session.frontDoor(...at).get(asked, ...more);
				return asked.startsWith(path) ? { ...got, ...answer } : got;
			},
		});
		return { frontDoor };
	};
const pinOf = ({ world, id }: Stack) =>
	[...world.elb.rules.values()].find(({ conditions }) => JSON.stringify(conditions).includes(id))!;

const FAULTS: readonly Fault[] = [
	['a certificate that has expired', expiring(-1), 'certificate fail'],
	['a certificate that is not renewed', expiring(10), 'certificate warn'],
	[
		'a certificate that was revoked',
		(stack) => void stack.world.certificates.set(certificateOf(stack).arn, 'REVOKED'),
		'certificate fail',
	],
	[
		'a certificate that was deleted',
		(stack) => void stack.world.certificates.all.delete(certificateOf(stack).arn),
		'certificate fail',
	],
	[
		'a certificate of another domain',
		(stack) => void Object.assign(certificateOf(stack), { names: ['*.example.org', 'example.org'] }),
		'certificate fail',
	],
	[
		'CAA records of another authority',
		visiting({ caa: async () => [{ tag: 'issue', authority: 'letsencrypt.org' }] }),
		'caa warn',
	],
	['a domain that does not resolve', leading([]), 'dns fail'],
	['a domain that leads elsewhere', leading(['192.0.2.1']), 'dns fail'],
	[
		'a load balancer that answers 503 by itself',
		(stack) => {
			listenerOf(stack).defaultActions = [{ Type: 'fixed-response' }];
		},
		'active fail',
	],
	[
		'an active service that was deleted',
		async ({ world, id }) => void (await world.aws.ecs.deleteService({ cluster: NAME, service: id, force: true })),
		'active fail, leftovers warn',
	],
	[
		'a switch that was not written down',
		async ({ world, id }) =>
			void (await world.aws.ecs.tagResource({
				resourceArn: world.ecs.services.find(({ name }) => name === id)!.arn,
				tags: [{ key: 'state', value: 'draining' }],
			})),
		'active warn',
	],
	[
		'tasks that are told to drain',
		async (stack) => void (await put(stack, stateParameter(NAME, stack.id), 'draining')),
		'state fail',
	],
	[
		'tasks that were ended',
		async (stack) => {
			await stack.world.aws.ecs.updateService({ cluster: NAME, service: stack.id, desiredCount: 0 });
			return passing(stack, 600_000);
		},
		'tasks fail',
	],
	[
		'a task that finds no place',
		async (stack) => {
			stack.world.ecs.placementFailure = 'no capacity';
			await stack.world.aws.ecs.updateService({ cluster: NAME, service: stack.id, desiredCount: 5 });
			return passing(stack, 60_000);
		},
		'tasks warn',
	],
	[
		'a target that is not well',
		(stack) => void Object.assign(targetsOf(stack)[0]!, { state: 'unhealthy' }),
		'targets warn',
	],
	[
		'no target that is well',
		(stack) => {
			for (const target of targetsOf(stack)) target.state = 'unhealthy';
		},
		'targets fail',
	],
	[
		'an image that was deleted',
		async ({ world, id }) =>
			void (await world.aws.ecr.batchDeleteImage({ repositoryName: NAME, imageIds: [{ imageTag: id }] })),
		'image fail',
	],
	[
		'a rule that was deleted',
		async (stack) => void (await stack.world.aws.elb.deleteRule({ RuleArn: pinOf(stack).arn })),
		'rules fail',
	],
	[
		'a rule that leads elsewhere',
		async (stack) => {
			await deploy(stack.session, await asked());
			await stack.world.aws.elb.modifyRule({ RuleArn: pinOf(stack).arn, Actions: listenerOf(stack).defaultActions });
			reaperRan(stack.account);
		},
		'rules fail, affinity fail',
	],
	[
		'a deploy that was killed',
		async (stack) => {
			await put(
				stack,
				`/apps/${NAME}/gone-20260402-120000z/owner`,
				lockText({ holder: 'ann@laptop', token: 'ab', over: 0 }),
			);
			return passing(stack, 700_000);
		},
		'leftovers warn',
	],
	[
		'a target group without a service',
		async (stack) => {
			const group = [...stack.world.elb.targetGroups.values()][0]!;
			await stack.world.aws.elb.createTargetGroup({
				Name: 'left',
				Protocol: 'HTTP',
				Port: 8000,
				VpcId: group.vpcId,
				TargetType: 'ip',
				Tags: [
					{ Key: 'deployment_name', Value: NAME },
					{ Key: 'deployment_id', Value: 'left' },
				],
			});
		},
		'leftovers warn',
	],
	['a load balancer without room', limits({ 'rules-per-application-load-balancer': '2' }), 'room fail'],
	['a load balancer that is nearly full', limits({ 'rules-per-application-load-balancer': '5' }), 'room warn'],
	['few wildcards a rule', limits({ 'condition-wildcards-per-alb-rule': '3' }), 'rule-limit warn'],
	['a health path that answers 500', meeting('/_pulse/health', { status: 500 }), 'health fail'],
	['a certificate that a browser refuses', meeting('/_pulse/health', { untrusted: 'CERT_HAS_EXPIRED' }), 'tls fail'],
	[
		'a version that answers for another',
		meeting('/_pulse/meta', { body: '{"deployment_id":"other"}' }),
		'affinity fail',
	],
	[
		'a load balancer that cannot be reached',
		() => ({ frontDoor: () => ({ get: failing(new Error('connection refused')) }) }),
		'health fail',
	],
	['websockets that are not passed on', visiting({ socket: async () => 200 }), 'websocket warn'],
	[
		'a receiver of notices that is not there',
		async (stack) => {
			await told(stack, { url: 'https://hooks.invalid/secret', secret: 'whsec_x' });
			return visiting({ notices: async () => ({ kind: 'failed', why: 'ENOTFOUND' }) })(stack);
		},
		'notices warn',
	],
	[
		'notices that are not signed',
		async (stack) => told(stack, { url: 'http://localhost:1/hook', secret: '' }),
		'notices warn',
	],
	['websockets that fail', visiting({ socket: async () => 502 }), 'websocket fail'],
];

test.each(FAULTS)('%s is found, and what to do is said', async (_, plant, expected) => {
	stack = await healthyStack();
	const { ok, found, next } = await diagnosed(stack, plant);
	expect(found).toBe(expected);
	for (const one of next) expect(one).toMatch(/\S/);
	expect(ok).toBe(!expected.includes(' fail'));
});
