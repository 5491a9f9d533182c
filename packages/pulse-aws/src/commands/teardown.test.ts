import { afterEach, expect, test } from 'vitest';
import { lockParameter } from '../deployments/names.ts';
import { deploy } from './deploy.ts';
import { teardown } from './teardown.ts';
import { type Account, asked, NAME, openAccount } from './testing/account.ts';

let account: Account;
afterEach(() => account.close());

const request = { deploymentName: NAME, force: true, pollSeconds: 5, dryRun: false };
const deployed = async () => void (await deploy(account.connect().session, await asked()));
const tornDown = async (yes: boolean, more = {}) =>
	(await teardown(account.connect({ answers: [yes] }).session, { ...request, ...more })).result.status;

test('A13.1: anything but yes cancels, and changes nothing', async () => {
	account = await openAccount();
	await deployed();
	const { session, trace, host } = account.connect();
	expect((await teardown(session, request)).result.status).toBe('cancelled');
	expect(host.questions.map((question) => question.default)).toEqual([false]);
	expect(trace.records.filter(({ call }) => !/\.(describe|list|get)/.test(call))).toEqual([]);
});

test('A13.2: what is not there is deleted already, and what an interrupted teardown left goes', async () => {
	account = await openAccount();
	expect(await tornDown(true)).toBe('absent');
	await account.world.aws.ssm.putParameter({ Name: lockParameter(NAME), Value: 'free', Type: 'String' });
	expect(await tornDown(true)).toBe('deleted');
	expect(account.world.parameters.size).toBe(0);
	expect(await tornDown(true)).toBe('absent');
});

test('Ctrl-C ends it also while it looks for leavings on a silent network', async () => {
	account = await openAccount();
	const stop = new AbortController();
	const { session } = account.connect({ signal: stop.signal });
	const getParametersByPath: typeof session.aws.ssm.getParametersByPath = (_, { abortSignal } = {}) => {
		setImmediate(() => stop.abort(new Error('Ctrl-C')));
		return new Promise((_, reject) => abortSignal?.addEventListener('abort', () => reject(abortSignal.reason)));
	};
	const aws = { ...session.aws, ssm: { ...session.aws.ssm, getParametersByPath } };
	await expect(teardown({ ...session, aws }, request)).rejects.toThrow('Ctrl-C');
});

test('A13.2: a deployment that runs keeps everything from being deleted, unless forced', async () => {
	account = await openAccount();
	await deployed();
	const refused = teardown(account.connect({ answers: [true] }).session, { ...request, force: false });
	await expect(refused).rejects.toMatchObject({
		message: '1 active Pulse service(s) found',
		detail: expect.stringMatching(/^shop-/),
		next: expect.stringContaining('--force'),
	});
	expect(await tornDown(true)).toBe('deleted');
});

test('A13.2: a deletion that is under way is waited for', async () => {
	account = await openAccount({ stacks: { durationMs: 60_000 } });
	await deployed();
	expect(await tornDown(true)).toBe('deleted');
	await deployed();
	const [id] = account.world.ecs.services.filter((one) => one.status === 'ACTIVE').map((one) => one.name);
	await account.world.aws.ecs.deleteService({ cluster: NAME, service: id, force: true });
	await account.world.clock.sleep(120_000);
	const listener = [...account.world.elb.listeners.values()].find((one) => one.protocol === 'HTTPS');
	const DefaultActions = [{ Type: 'fixed-response' as const, FixedResponseConfig: { StatusCode: '503' } }];
	await account.world.aws.elb.modifyListener({ ListenerArn: listener?.arn ?? '', DefaultActions });
	for (const rule of [...account.world.elb.rules.values()]) {
		if (JSON.stringify(rule).includes('pulse_deployment'))
			await account.world.aws.elb.deleteRule({ RuleArn: rule.arn });
	}
	for (const group of [...account.world.elb.targetGroups.values()]) {
		await account.world.aws.elb.deleteTargetGroup({ TargetGroupArn: group.arn });
	}
	await account.world.aws.cloudformation.updateTerminationProtection({
		StackName: `${NAME}-baseline`,
		EnableTerminationProtection: false,
	});
	await account.world.aws.cloudformation.deleteStack({ StackName: `${NAME}-baseline` });
	expect(await tornDown(true)).toBe('deleted');
	expect(account.world.parameters.size).toBe(0);
});

test('A13.2, A13.3: a deletion that fails says what stands in the way, and the next one ends it; the certificate stays', async () => {
	account = await openAccount();
	await deployed();
	account.world.stacks.failures.push({ operation: 'delete', reason: 'the network is in use' });
	await expect(tornDown(true)).rejects.toThrow(`Stack ${NAME}-baseline deletion failed`);
	expect(await tornDown(true)).toBe('deleted');
	expect(account.world.certificates.all.size).toBe(1);
});

test('A13.2: the stack is deleted only once the last task has ended, however quick CloudFormation is', async () => {
	account = await openAccount({ stacks: { durationMs: 2_000 } });
	await deployed();
	expect(await tornDown(true)).toBe('deleted');
	expect(account.world.ecs.tasks.map((task) => task.status)).toEqual(['STOPPED', 'STOPPED']);
});

test('task definitions go too, with the variables that they show, also those that the reaper deregistered', async () => {
	account = await openAccount();
	await deploy(account.connect().session, await asked({ taskEnv: ['API_KEY=plain'] }));
	await deployed();
	const [arn] = account.world.ecs.definitions.keys();
	await account.world.aws.ecs.deregisterTaskDefinition({ taskDefinition: arn });
	expect(await tornDown(true)).toBe('deleted');
	expect([...account.world.ecs.definitions.keys()]).toEqual([]);
});
