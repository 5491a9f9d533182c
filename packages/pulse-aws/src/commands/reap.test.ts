import { afterEach, expect, test } from 'vitest';
import { deploy } from './deploy.ts';
import { reap } from './reap.ts';
import { type Account, asked, NAME, openAccount } from './testing/account.ts';

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
	expect(report).toMatchObject({ drained: 0, kept: expect.arrayContaining([{ id: old, reason: 'in-use' }]) });
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
	expect(await pass(null)).toMatchObject({ drained: 0, kept: expect.arrayContaining([{ id: old, reason: 'in-use' }]) });
	expect(await pass(1)).toMatchObject({ drained: 1 });
});
