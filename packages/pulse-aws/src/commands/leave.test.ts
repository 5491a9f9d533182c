import { recallWhen } from 'pulse-deploy-kit/leave-settings';
import { afterEach, expect, test, vi } from 'vitest';
import { deploy } from './deploy.ts';
import { leave } from './leave.ts';
import { rollback } from './rollback.ts';
import { status } from './status.ts';
import { type Account, asked, NAME, openAccount, passOf } from './testing/account.ts';

// Hours go by.
vi.setConfig({ testTimeout: 60_000 });

let account: Account;
afterEach(() => account.close());

async function deployed(): Promise<string> {
	const { result } = await deploy(account.connect().session, await asked({ rollbackWindow: '1h' }));
	return result?.deployment_id ?? '';
}
const recall = async (deploymentId: string, within?: number) => {
	const when = recallWhen({ within, now: false, cancel: false });
	const request = { verb: 'recall', deploymentName: NAME, deploymentId, when, dryRun: false } as const;
	return (await leave(account.connect({ answers: [true] }).session, request)).result;
};
const departureOf = (id: string) => account.world.parameters.get(`/apps/${NAME}/${id}/departure/state`)?.value;
const row = async (id: string) =>
	(await status(account.connect().session, NAME)).deployments.find((one) => one.deployment_id === id);

test('a bad version that is active is rolled back and recalled at once; it is ended when its time is over, whoever is there (A10.7)', async () => {
	account = await openAccount();
	const good = await deployed();
	const bad = await deployed();
	account.sessions.set(bad, 1);
	const told = await recall(bad, 120);
	expect(told).toMatchObject({ deployment_id: bad, recalled: true, rolled_back: true, active_deployment_id: good });
	expect(departureOf(bad)).toMatch(/^recalled by .* said /);
	expect(await row(bad)).toMatchObject({
		state: 'draining',
		recalled: true,
		leave_by: told?.leave_by,
		rollback_for: null,
	});
	// Again changes nothing, another time does.
	expect((await recall(bad))?.leave_by).toBe(told?.leave_by);
	await account.world.clock.sleep(100_000);
	expect(await passOf(account)).toMatchObject({ drained: 0 });
	await account.world.clock.sleep(70_000);
	const report = await passOf(account);
	expect(report.actions).toMatchObject([
		{ action: { kind: 'scale-down', id: bad, reason: 'recalled' }, outcome: 'done' },
	]);
	await account.world.clock.sleep(180_000);
	await passOf(account);
	expect(await row(bad)).toBeUndefined();
	expect(departureOf(bad)).toBeUndefined();
});

test('nobody is left: it goes without its rollback window; one that is gone back to is not recalled any more (A10.7)', async () => {
	account = await openAccount();
	const first = await deployed();
	const second = await deployed();
	await recall(first);
	const back = { deploymentName: NAME, deploymentId: first, dryRun: false };
	await rollback(account.connect({ answers: [true] }).session, back);
	expect(departureOf(first)).toBeUndefined();
	expect(await row(first)).toMatchObject({ state: 'active', recalled: false, leave_by: null });
	await account.world.clock.sleep(20 * 60_000);
	expect(await passOf(account)).toMatchObject({ drained: 0 });
	expect(await row(first)).toMatchObject({ state: 'active', tasks: { desired: 2 } });

	await recall(second);
	await account.world.clock.sleep(120_000);
	const report = await passOf(account);
	expect(report.actions).toMatchObject([{ action: { kind: 'scale-down', id: second, reason: 'drained' } }]);
});

test('a time that is past when it is carried out is refused, and nobody is moved (A10.7)', async () => {
	account = await openAccount();
	const old = await deployed();
	await deployed();
	const { session } = account.connect({ answers: [true] });
	const when = { by: { typed: 'a moment ago', at: () => session.clock.now() - 1 } };
	const request = { verb: 'drain', deploymentName: NAME, deploymentId: old, when, dryRun: false } as const;
	await expect(leave(session, request)).rejects.toMatchObject({
		code: 'usage',
		message: expect.stringMatching(/is past: it is .* by the clock/),
	});
	expect(departureOf(old)).toBeUndefined();
});
