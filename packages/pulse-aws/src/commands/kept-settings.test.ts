import { afterEach, describe, expect, test } from 'vitest';
import { outcome } from '../cli/outcome.ts';
import { deploy } from './deploy.ts';
import { type Account, asked, NAME, openAccount } from './testing/account.ts';

let account: Account | undefined;
afterEach(() => account?.close());

test('the idle timeout stays as the stack has it until another one is asked for', async () => {
	account = await openAccount();
	const on = account;
	const changes = async (flags: Readonly<Record<string, unknown>>) => {
		const { plan } = await deploy(on.connect({ answers: [true, true] }).session, await asked(flags));
		return plan.steps.some((step) => step.kind === 'deploy-baseline');
	};
	expect(await changes({ idleTimeout: '60' })).toBe(true);
	expect(await changes({})).toBe(false);
	expect(await changes({ idleTimeout: '60' })).toBe(false);
	expect(await changes({ idleTimeout: '900' })).toBe(true);
});

test.each([
	['reaperMaxAgeHours', '24'],
	['reaperScheduleMinutes', '5'],
	['reaperDeploymentTimeout', '2'],
	['rollbackKeep', '2'],
])(
	'%s stays as the stack has it: another limit would end sessions that its operator lets live (decision 24)',
	async (name, value) => {
		account = await openAccount();
		const { session } = account.connect({ answers: [true, true] });
		const changes = async (flags: Readonly<Record<string, unknown>>) =>
			(await deploy(session, await asked(flags))).plan.steps.some((step) => step.kind === 'deploy-baseline');
		expect(await changes({ [name]: value })).toBe(true);
		expect(await changes({})).toBe(false);
		expect(await changes({ [name]: '3' })).toBe(true);
	},
);

test('the usual rollback window follows the longest drain, and one that was asked for stays', async () => {
	account = await openAccount();
	const on = account;
	const window = async (flags: Readonly<Record<string, unknown>>) => {
		await deploy(on.connect({ answers: [true, true] }).session, await asked({ rollbackWindow: undefined, ...flags }));
		const { Stacks = [] } = await on.world.aws.cloudformation.describeStacks({ StackName: `${NAME}-baseline` });
		return Stacks[0]?.Outputs?.find(({ OutputKey }) => OutputKey === 'RollbackWindowSeconds')?.OutputValue;
	};
	expect(await window({})).toBe('3600');
	expect(await window({ reaperMaxAgeHours: '0.5' })).toBe('1800');
	expect(await window({ reaperMaxAgeHours: '2' })).toBe('3600');
	expect(await window({ rollbackWindow: '2h' })).toBe('7200');
	expect(await window({ reaperMaxAgeHours: '0.5' })).toBe('7200');
});

test('who may reach the load balancer, and how tasks reach the Internet, stay as they are until something else is asked for (decision 24)', async () => {
	account = await openAccount();
	const on = account;
	const change = async (flags: Readonly<Record<string, unknown>>, answer = true) => {
		const { session, host } = on.connect({ answers: Array<boolean>(5).fill(answer) });
		const ended = await deploy(session, await asked({ nat: undefined, ...flags })).then(
			({ plan }) => plan.steps.some((step) => step.kind === 'deploy-baseline'),
			(error) => error.code,
		);
		return [ended, host.questions.filter((question) => /so far/.test(question.text)).length];
	};
	expect(await change({ allowedCidr: ['203.0.113.0/24'], nat: 'none' })).toEqual([true, 0]);
	expect(await change({})).toEqual([false, 0]);
	expect(await change({ idleTimeout: '60' })).toEqual([true, 0]);
	// Wider, or dearer, is a question whose default is no.
	expect(await change({ allowedCidr: ['0.0.0.0/0'] }, false)).toEqual(['cancelled', 1]);
	expect(await change({ nat: 'gateway' }, false)).toEqual(['cancelled', 1]);
	expect(await change({})).toEqual([false, 0]);
	expect(await change({ allowedCidr: ['203.0.113.0/24', '198.51.100.0/24'] })).toEqual([true, 1]);
	expect(await change({ allowedCidr: ['198.51.100.0/24'] })).toEqual([true, 0]);
});

test('a dry run says what opens access to more people or costs more, as a deploy asks about it (decision 24)', async () => {
	account = await openAccount();
	const on = account;
	const narrow = { allowedCidr: ['203.0.113.0/24'], arch: 'arm64' };
	await deploy(on.connect({ answers: [true] }).session, await asked(narrow));
	const dry = async (flags: Readonly<Record<string, unknown>>) => {
		const { plan } = await deploy(on.connect().session, await asked(flags), { dryRun: true });
		return outcome(plan, null, () => []);
	};
	const wide = await dry({ allowedCidr: ['0.0.0.0/0'], nat: 'gateway', arch: 'x86_64' });
	const warnings = [
		'The load balancer can be reached by everybody; so far by 203.0.113.0/24.',
		'Tasks get a NAT gateway, which is billed by the hour; so far they do without.',
		'Tasks run on x86_64, which costs a quarter more; so far on arm64.',
	];
	expect(wide.json).toMatchObject({ plan: { warnings } });
	for (const warning of warnings) expect(wide.text).toContain(`\nWarning: ${warning}`);
	const same = await dry({});
	expect(same.json).toMatchObject({ plan: { warnings: [] } });
	expect(same.text).not.toContain('Warning');
});

describe('the architecture of the tasks (decision 24)', () => {
	const architectures = (on: Account) =>
		[...on.world.ecs.definitions.values()].map(({ input }) => input.runtimePlatform?.cpuArchitecture);

	test('stays as it runs until another one is asked for, which the plan names, and asks about where it costs more', async () => {
		account = await openAccount();
		const on = account;
		const change = async (flags: Readonly<Record<string, unknown>>, answer = true) => {
			const { session, host } = on.connect({ answers: Array<boolean>(5).fill(answer) });
			const ended = await deploy(session, await asked(flags)).then(
				({ plan }) => plan.facts.join(),
				(error) => error.code,
			);
			return [ended, host.questions.filter((question) => /so far/.test(question.text)).length];
		};
		await change({ arch: 'arm64' });
		expect(await change({})).toEqual([expect.stringMatching(/^Tasks run on arm64, as shop-\S+ does\.$/), 0]);
		expect(await change({ arch: 'x86_64' }, false)).toEqual(['cancelled', 1]);
		expect(await change({ arch: 'x86_64' })).toEqual([
			expect.stringMatching(/^Tasks run on x86_64 from now on; shop-\S+ runs on arm64\.$/),
			1,
		]);
		expect(await change({ arch: 'arm64' })).toEqual([expect.stringContaining('from now on'), 0]);
		expect(architectures(on)).toEqual(['ARM64', 'ARM64', 'X86_64', 'ARM64']);
	});

	test('is said not to be known where the right is missing', async () => {
		account = await openAccount();
		await deploy(account.connect({ answers: [true] }).session, await asked());
		const faults = [{ call: 'ecs.describeTaskDefinition', nth: 1, times: 9, kind: 'access-denied' }] as const;
		const { plan } = await deploy(account.connect({ faults }).session, await asked(), { dryRun: true });
		expect(plan.facts.join()).toContain('right ecs:DescribeTaskDefinition');
	});
});
