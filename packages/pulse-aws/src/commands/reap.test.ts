import { afterEach, expect, test } from 'vitest';
import { renderFleet } from '../plan/fleet-report.ts';
import { deploy } from './deploy.ts';
import { reap } from './reap.ts';
import { rollback } from './rollback.ts';
import { status } from './status.ts';
import { type Account, asked, NAME, openAccount, passOf } from './testing/account.ts';

let account: Account;
afterEach(() => account.close());

test('one pass from a machine whose clock is fast ends nothing that is in use: ages are counted by the time of AWS', async () => {
	account = await openAccount();
	const { result } = await deploy(account.connect().session, await asked());
	const old = result?.deployment_id ?? '';
	account.sessions.set(old, 1);
	await deploy(account.connect().session, await asked());
	await account.world.clock.sleep(20 * 60_000);
	const { session } = account.connect({ answers: [true] });
	const { clock } = session;
	const fast = { now: () => clock.now() + 2 * 3_600_000, sleep: (ms: number) => clock.sleep(ms) };
	const report = await reap(
		{ ...session, clock: fast, awsNow: () => clock.now() },
		{ deploymentName: NAME, maxAgeHours: 1, deploymentTimeoutHours: null, dryRun: false },
	);
	expect(report).toMatchObject({
		drained: 0,
		kept: expect.arrayContaining([expect.objectContaining({ id: old, reason: 'in-use' })]),
	});
});

test('one pass by hand keeps what the deployed reaper keeps, unless told otherwise', async () => {
	account = await openAccount();
	const { result } = await deploy(account.connect().session, await asked({ reaperMaxAgeHours: '24' }));
	const old = result?.deployment_id ?? '';
	account.sessions.set(old, 1);
	await deploy(account.connect().session, await asked({ reaperMaxAgeHours: '24' }));
	await account.world.clock.sleep(2 * 3_600_000);
	const pass = async (maxAgeHours: number | null) => {
		const { session } = account.connect({ answers: [true] });
		return reap(session, { deploymentName: NAME, maxAgeHours, deploymentTimeoutHours: null, dryRun: false });
	};
	expect(await pass(null)).toMatchObject({
		drained: 0,
		kept: expect.arrayContaining([expect.objectContaining({ id: old, reason: 'in-use' })]),
	});
	expect(await pass(1)).toMatchObject({ drained: 1 });
});

test('who is on a deployment that drains, as its tasks say, is told by status and by the reaper (A10.2, A11.3)', async () => {
	account = await openAccount();
	const { result } = await deploy(account.connect().session, await asked());
	const old = result?.deployment_id ?? '';
	account.sessions.set(old, 1);
	await deploy(account.connect().session, await asked());
	await account.world.clock.sleep(5 * 60_000);
	const report = await status(account.connect().session, NAME);
	const uses = report.deployments.map(({ deployment_id, in_use }) => [deployment_id, in_use]);
	expect(Object.fromEntries(uses)).toEqual({ [old]: { render_sessions: 2 }, [report.active ?? '']: null });
	expect(renderFleet(report, 0)).toMatch(new RegExp(`${old} .*, in use: 2 render sessions`));
	const kept = { id: old, reason: 'in-use', detail: '2 render sessions' };
	expect((await passOf(account)).kept).toContainEqual(kept);
});

test('one pass by hand with a shorter longest drain ends what only the usual rollback window keeps', async () => {
	account = await openAccount();
	for (let count = 0; count < 2; count++)
		await deploy(account.connect().session, await asked({ rollbackWindow: undefined }));
	await account.world.clock.sleep(10 * 60_000);
	const pass = (maxAgeHours: number | null) =>
		reap(account.connect({ answers: [true] }).session, {
			deploymentName: NAME,
			maxAgeHours,
			deploymentTimeoutHours: null,
			dryRun: false,
		});
	expect(await pass(null)).toMatchObject({ drained: 0 });
	expect(await pass(0.1)).toMatchObject({ drained: 1 });
});

test('status promises nothing where the stack does not say that its reaper keeps anything to go back to', async () => {
	account = await openAccount();
	for (let count = 0; count < 2; count++)
		await deploy(account.connect().session, await asked({ rollbackWindow: undefined }));
	const { session } = account.connect();
	const { cloudformation } = session.aws;
	const older: typeof cloudformation.describeStacks = async (input) => {
		const { Stacks = [], ...rest } = await cloudformation.describeStacks(input);
		const told = Stacks.map(({ Outputs = [], ...stack }) => ({
			...stack,
			Outputs: Outputs.filter(({ OutputKey }) => !OutputKey?.startsWith('Rollback')),
		}));
		return { ...rest, Stacks: told };
	};
	const aws = { ...session.aws, cloudformation: { ...cloudformation, describeStacks: older } };
	const windows = async (on: typeof session) =>
		(await status(on, NAME)).deployments.map(({ rollback_for }) => rollback_for).filter((left) => left !== null);
	expect(await windows(session)).toHaveLength(1);
	expect(await windows({ ...session, aws })).toEqual([]);
});

test('at night, with nobody there and half an hour of reaper passes, there is something to go back to; an hour later it goes', async () => {
	account = await openAccount();
	const ids: string[] = [];
	for (let count = 0; count < 2; count++) {
		const { result } = await deploy(account.connect().session, await asked({ rollbackWindow: undefined }));
		ids.push(result?.deployment_id ?? '');
	}
	const [before = '', now = ''] = ids;
	const pass = () => passOf(account);
	for (let passes = 0; passes < 3; passes++) {
		await account.world.clock.sleep(10 * 60_000);
		expect((await pass()).kept).toContainEqual({ id: before, reason: 'rollback-window' });
	}
	const { deployments } = await status(account.connect().session, NAME);
	expect(deployments.find((one) => one.deployment_id === before)?.rollback_for).toBeLessThan(30 * 60);
	const back = { deploymentName: NAME, deploymentId: null, dryRun: false };
	expect((await rollback(account.connect().session, back)).result?.deployment_id).toBe(before);
	await account.world.clock.sleep(61 * 60_000);
	await pass();
	expect((await status(account.connect().session, NAME)).active).toBe(before);
	const tasks = (await status(account.connect().session, NAME)).deployments.find((one) => one.deployment_id === now);
	expect(tasks?.tasks.desired ?? 0).toBe(0);
});
