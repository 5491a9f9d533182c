import type { CallName } from 'aws-world/calls/handlers';
import { afterEach, describe, expect, test } from 'vitest';
import { deploy } from './deploy.ts';
import { type Account, asked, type Connected, NAME, openAccount } from './testing/account.ts';

let account: Account;
afterEach(() => account.close());

/** The first deploy of an account, or one more. */
async function deployed(flags: Readonly<Record<string, unknown>> = {}, connected: Connected = account.connect()) {
	const { result } = await deploy(connected.session, await asked(flags));
	if (result === null) throw new Error('this was no dry run');
	return { result, id: result.deployment_id, trace: connected.trace, host: connected.host };
}

const fails = (call: CallName, nth = 1) => account.connect({ faults: [{ call, nth, kind: 'access-denied' }] });

const parameter = (id: string) => account.world.parameters.get(`/apps/${NAME}/${id}/state`)?.value;
async function tagsOf(id: string): Promise<Record<string, string>> {
	const { services } = await account.world.aws.ecs.describeServices({
		cluster: NAME,
		services: [id],
		include: ['TAGS'],
	});
	return Object.fromEntries((services?.[0]?.tags ?? []).map(({ key = '', value = '' }) => [key, value]));
}

test('A1.6: a deploy goes from certificate to baseline, image, task definition, routing, service, health, switch, states', async () => {
	account = await openAccount({ certificate: false });
	account.world.zones.add('example.com');
	const { trace } = await deployed({ route53: true });
	const order = trace.records.map(({ call }) => call);
	const wanted: CallName[] = [
		'acm.requestCertificate',
		'baseline.deploy',
		'ecs.registerTaskDefinition',
		'ecs.createService',
		'elb.describeTargetHealth',
		'elb.modifyListener',
		'ecs.tagResource',
	];
	expect(wanted.map((call) => order.indexOf(call))).toEqual(
		wanted.map((call) => order.indexOf(call)).sort((a, b) => a - b),
	);
	for (const call of wanted) expect(order).toContain(call);
	// The image is built while the load balancer is prepared, and both are there before the service.
	for (const call of ['ecr.getAuthorizationToken', 'elb.createTargetGroup', 'elb.createRule'] as const) {
		expect(order.indexOf(call)).toBeGreaterThan(order.indexOf('baseline.deploy'));
		expect(order.indexOf(call)).toBeLessThan(order.indexOf('ecs.createService'));
	}
});

test('A1.8: the result has the documented keys, all of them text', async () => {
	account = await openAccount();
	const { result } = await deployed();
	expect(Object.keys(result).sort()).toEqual(
		'alb_dns_name certificate_arn cluster_name deployment_id domain_proxied domain_ready image_uri marked_draining_count service_arn target_group_arn task_def_arn'.split(
			' ',
		),
	);
	for (const value of Object.values(result)) expect(value).toEqual(expect.any(String));
	expect([result.domain_ready, result.domain_proxied]).toEqual(['True', 'False']);
});

test('A2.1: a certificate that is given is used without a look at it', async () => {
	account = await openAccount({ certificate: false });
	const certificateArn = account.world.certificates.add(['other.example.org']);
	const { result, trace } = await deployed({ certificateArn });
	expect(result.certificate_arn).toBe(certificateArn);
	expect(trace.records.filter(({ call }) => call.startsWith('acm.'))).toEqual([]);
});

describe('A2.5: the certificate of the load balancer', () => {
	const listener = () => [...account.world.elb.listeners.values()].find((one) => one.protocol === 'HTTPS')!;

	test('is left alone where it is right', async () => {
		account = await openAccount();
		await deployed();
		const { trace } = await deployed();
		expect(trace.count('elb.describeListenerCertificates') + trace.count('elb.removeListenerCertificates')).toBe(0);
	});

	test('replaces another one, whatever else hangs on it, and nothing else of the listener changes', async () => {
		account = await openAccount();
		const { result } = await deployed();
		const before = listener();
		const policy = before.sslPolicy;
		const actions = JSON.stringify(before.defaultActions);
		const strange = account.world.certificates.add(['strange.example.org']);
		const more = account.world.certificates.add(['more.example.org']);
		before.certificates.push({ CertificateArn: more });
		await account.world.aws.elb.modifyListener({
			ListenerArn: before.arn,
			Certificates: [{ CertificateArn: strange }],
		});
		let afterwards = '';
		const watching = account.connect({
			after: ({ call }) => {
				if (call === 'elb.removeListenerCertificates') afterwards = JSON.stringify(listener().defaultActions);
			},
		});
		await deployed({}, watching);
		expect(watching.trace.count('elb.removeListenerCertificates')).toBe(1);
		expect(afterwards).toBe(actions);
		const now = await account.world.aws.elb.describeListenerCertificates({ ListenerArn: before.arn });
		expect(now.Certificates).toEqual([{ CertificateArn: result.certificate_arn, IsDefault: true }]);
		expect(listener().sslPolicy).toBe(policy);
	});

	test('that cannot be set ends the deploy before anything is made', async () => {
		account = await openAccount();
		await deployed();
		const strange = account.world.certificates.add(['strange.example.org']);
		await account.world.aws.elb.modifyListener({
			ListenerArn: listener().arn,
			Certificates: [{ CertificateArn: strange }],
		});
		await expect(deployed({}, fails('elb.modifyListener'))).rejects.toThrow(
			'certificate of the load balancer could not be set',
		);
		expect(account.world.elb.targetGroups.size).toBe(1);
	});
});

test('A3.1: a healthy baseline of the same version and settings is used as it is', async () => {
	account = await openAccount();
	await deployed();
	const { trace } = await deployed();
	expect(trace.count('baseline.deploy')).toBe(0);
	const changed = await deployed({ reaperMaxAgeHours: '2' });
	expect(changed.trace.count('baseline.deploy')).toBe(1);
	const { session } = account.connect();
	const later = { ...session, baseline: { ...session.baseline, version: 'corrected' } };
	const { plan } = await deploy(later, await asked({ reaperMaxAgeHours: '2' }));
	expect(plan.steps[1]).toMatchObject({ kind: 'deploy-baseline', because: 'version emulated → corrected' });
});

describe('A6: routing and service', () => {
	test('A6.1, A6.5: the service bears the id, runs on Fargate in the subnets of the stack, and is tagged', async () => {
		account = await openAccount();
		const { id, trace } = await deployed();
		const made = trace.records.find(({ call }) => call === 'ecs.createService')?.input;
		expect(made).toMatchObject({
			serviceName: id,
			launchType: 'FARGATE',
			desiredCount: 2,
			healthCheckGracePeriodSeconds: 60,
			loadBalancers: [{ containerName: 'app', containerPort: 8000 }],
			deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: false } },
			tags: [
				{ key: 'deployment_name', value: NAME },
				{ key: 'deployment_id', value: id },
				{ key: 'state', value: 'deploying' },
			],
		});
	});

	test('A6.2: the target group takes the health settings and is sticky for a day (A6.3)', async () => {
		account = await openAccount();
		await deployed({ healthCheckPath: '/up', healthCheckInterval: '10', healthyThreshold: '3', waitForHealth: false });
		const [group] = account.world.elb.targetGroups.values();
		expect(group).toMatchObject({ port: 8000, check: { path: '/up', intervalSeconds: 10, healthyThreshold: 3 } });
		expect(group?.attributes.get('stickiness.type')).toBe('lb_cookie');
		expect(group?.attributes.get('stickiness.lb_cookie.duration_seconds')).toBe('86400');
	});

	test('A6.4: the rule pins the id, and is there before the service', async () => {
		account = await openAccount();
		const { id, trace } = await deployed();
		const calls = trace.records.map(({ call }) => call);
		expect(calls.indexOf('elb.createRule')).toBeLessThan(calls.indexOf('ecs.createService'));
		expect(trace.records.find(({ call }) => call === 'elb.createRule')?.input).toMatchObject({
			Priority: 100,
			Conditions: [{ Field: 'query-string', QueryStringConfig: { Values: [{ Key: 'pulse_deployment', Value: id }] } }],
			Actions: [{ Type: 'forward' }],
		});
	});

	test.each<[string, CallName, string]>([
		['A6.3', 'elb.modifyTargetGroupAttributes', 'Failed to configure target group stickiness'],
		['A6.4', 'elb.createRule', 'not authorized'],
		['A6.5', 'ecs.createService', 'Failed to create ECS service'],
	])('%s: where %s fails, nothing of the deployment is left', async (_, call, message) => {
		account = await openAccount();
		const { id } = await deployed();
		await expect(deployed({}, fails(call))).rejects.toThrow(message);
		const { elb, ecs, parameters } = account.world;
		expect([elb.targetGroups.size, ecs.services.filter((one) => one.status === 'ACTIVE').length]).toEqual([1, 1]);
		expect([...parameters.keys()].filter((name) => name.endsWith('/state'))).toEqual([`/apps/${NAME}/${id}/state`]);
	});
});

test('A7.1: health is waited for five minutes at most, and what was seen last is told', async () => {
	account = await openAccount();
	await deployed();
	account.world.ecs.placementFailure = 'no capacity';
	const began = account.world.clock.now();
	await expect(deployed()).rejects.toMatchObject({
		message: 'Timeout waiting for healthy targets',
		detail: expect.stringContaining('0 of 2 targets healthy'),
	});
	expect(account.world.clock.now() - began).toBeLessThan(360_000);
});

test('A8.1, A8.2, A8.3: the switch keeps older rules; states are in Parameter Store and in tags, older deployments drain', async () => {
	account = await openAccount();
	const states: (string | undefined)[] = [];
	const first = account.connect({
		after: ({ call, input }) => {
			if (call === 'ecs.createService') states.push(parameter((input as { serviceName: string }).serviceName));
		},
	});
	const one = await deployed({}, first);
	const two = await deployed();
	expect(states).toEqual(['deploying']);
	expect([parameter(one.id), parameter(two.id)]).toEqual(['draining', 'active']);
	expect([(await tagsOf(one.id)).state, (await tagsOf(two.id)).state]).toEqual(['draining', 'active']);
	expect(await tagsOf(two.id)).toMatchObject({ deployment_name: NAME, deployment_id: two.id });
	expect(two.result.marked_draining_count).toBe('1');
	const pinned = await fetch(`${await account.origin()}/?pulse_deployment=${one.id}`);
	expect(await pinned.text()).toBe(one.id);
});
