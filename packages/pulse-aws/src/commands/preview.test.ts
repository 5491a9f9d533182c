import { recallWhen } from 'pulse-deploy-kit/leave-settings';
import { afterEach, expect, test, vi } from 'vitest';
import { deploy } from './deploy.ts';
import { leave } from './leave.ts';
import { rollback } from './rollback.ts';
import { status } from './status.ts';
import { type Account, asked, NAME, openAccount, passOf } from './testing/account.ts';

// Days go by.
vi.setConfig({ testTimeout: 60_000 });

let account: Account;
afterEach(() => account.close());

async function deployed(flags: Readonly<Record<string, unknown>> = {}) {
	const { result } = await deploy(account.connect().session, await asked(flags));
	return { ...result, id: result?.deployment_id ?? '' };
}
const row = async (id: string) =>
	(await status(account.connect().session, NAME)).deployments.find((one) => one.deployment_id === id);
const answer = async (path: string, headers: Record<string, string> = {}) =>
	account.world.clock.hold(
		fetch(`${await account.origin()}${path}`, { headers }).then((one) => one.text()),
		5_000,
	);
const stateOf = (id: string) => account.world.parameters.get(`/apps/${NAME}/${id}/state`)?.value;

test('a preview is reached by its address alone, becomes active by no command, and is ended at its time (A8.5)', async () => {
	account = await openAccount();
	await expect(deployed({ preview: 'pr-12' })).rejects.toMatchObject({ code: 'no-active-deployment' });
	const live = await deployed();
	const preview = await deployed({ preview: 'PR 12', previewFor: '2h' });
	const at = `/?pulse_deployment=${preview.id}`;
	expect(preview).toMatchObject({ preview: 'pr-12', preview_address: `https://shop.example.com${at}` });
	expect(await answer(at)).toBe(preview.id);
	expect(await answer('/')).toBe(live.id);
	expect(stateOf(preview.id)).toBe('preview');
	expect(await row(preview.id)).toMatchObject({ state: 'preview', preview: { name: 'pr-12' } });
	expect(await row(live.id)).toMatchObject({ state: 'active' });

	const back = (deploymentId: string | null) =>
		rollback(account.connect({ answers: [true] }).session, { deploymentName: NAME, deploymentId, dryRun: false });
	await expect(back(preview.id)).rejects.toThrow('is a preview, which never becomes active');
	await expect(back(null)).rejects.toMatchObject({ code: 'nothing-to-roll-back-to' });

	account.sessions.set(preview.id, 1);
	await account.world.clock.sleep(119 * 60_000);
	expect((await passOf(account)).actions).toEqual([]);
	await account.world.clock.sleep(2 * 60_000);
	expect((await passOf(account)).actions).toMatchObject([
		{ action: { kind: 'scale-down', id: preview.id, reason: 'preview-over' }, outcome: 'done' },
	]);
	await account.world.clock.sleep(180_000);
	await passOf(account);
	expect(await row(preview.id)).toBeUndefined();
	expect(await answer('/')).toBe(live.id);
});

test('a later one of its name takes its place once it answers, and the next deploy goes past them (A8.5)', async () => {
	account = await openAccount();
	await deployed();
	const first = await deployed({ preview: 'pr-12' });
	const other = await deployed({ preview: 'pr-13' });
	account.broken = 'exits';
	await expect(deployed({ preview: 'pr-12' })).rejects.toThrow();
	account.broken = null;
	expect((await passOf(account)).actions.map(({ action }) => action.kind)).not.toContain('scale-down');

	const second = await deployed({ preview: 'pr-12' });
	const { actions } = await passOf(account);
	expect(actions.flatMap(({ action }) => (action.kind === 'scale-down' ? [action.id] : []))).toEqual([first.id]);
	expect(await answer(`/?pulse_deployment=${second.id}`)).toBe(second.id);

	const live = await deployed();
	expect(await row(live.id)).toMatchObject({ state: 'active' });
	for (const { id } of [second, other]) expect(await row(id)).toMatchObject({ state: 'preview' });
});

test('recall --now ends one before its time; there is nobody to move from it (A8.5)', async () => {
	account = await openAccount();
	await deployed();
	const { id } = await deployed({ preview: 'pr-12' });
	const recall = (time: 'now' | 'back') =>
		leave(account.connect({ answers: [true] }).session, {
			...{ verb: 'recall', deploymentName: NAME, deploymentId: id, dryRun: false },
			when: recallWhen({ now: time === 'now', cancel: time === 'back' }),
		});
	await expect(recall('back')).rejects.toThrow('is a preview');
	await recall('now');
	expect(await row(id)).toMatchObject({ tasks: { desired: 0 } });
	await account.world.clock.sleep(180_000);
	await passOf(account);
	expect(await row(id)).toBeUndefined();
});

test('one with a domain of its own is refused: its certificate would be that of all visitors (A8.5)', async () => {
	account = await openAccount();
	await deployed();
	account.world.certificates.add(['pr-12.example.com']);
	const served = async () => {
		const { elb } = account.world.aws;
		const [balancer] = (await elb.describeLoadBalancers({})).LoadBalancers ?? [];
		const { Listeners = [] } = await elb.describeListeners({ LoadBalancerArn: balancer?.LoadBalancerArn });
		return Listeners.flatMap(({ Certificates = [] }) => Certificates);
	};
	const before = await served();
	for (const domain of ['pr-12.example.com', 'new.example.com']) {
		await expect(deployed({ preview: 'pr-12', domain })).rejects.toThrow('the domain of the active version');
	}
	expect(await served()).toEqual(before);
});
