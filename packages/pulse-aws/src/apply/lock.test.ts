import { recordingHost } from 'pulse-deploy-kit/recording-host';
import { expect, test } from 'vitest';
import type { ConnectOptions } from '../testing/calls/connect.ts';
import { createAwsWorld } from '../testing/world.ts';
import { withDeployLock } from './lock.ts';
import type { Session } from './session.ts';

async function open() {
	const world = await createAwsWorld();
	const session = (owner: string, options: ConnectOptions = {}) => {
		const caller = world.connect(options);
		const host = recordingHost();
		const part = { aws: caller.aws, clock: caller.clock, host, owner, signal: new AbortController().signal };
		return { session: part as Partial<Session> as Session, host, caller };
	};
	return { world, session };
}

test('of many who want the lock one at a time has it, and all get it', async () => {
	const { world, session } = await open();
	let inside = 0;
	let most = 0;
	const one = (owner: string) =>
		withDeployLock(session(owner).session, 'prod', async () => {
			most = Math.max(most, ++inside);
			await world.clock.sleep(70_000);
			inside--;
		});
	await Promise.all(['a', 'b', 'c', 'd'].map(one));
	expect(most).toBe(1);
	await world.close();
});

test('a lock whose holder was killed is taken over once nobody renews it, and who held it is told', async () => {
	const { world, session } = await open();
	const dead = session('the dead one');
	void withDeployLock(dead.session, 'prod', async () => dead.caller.kill());
	await dead.caller.killed;
	const heir = session('the heir');
	const before = world.clock.now();
	await withDeployLock(heir.session, 'prod', async () => {});
	expect(world.clock.now() - before).toBeGreaterThanOrEqual(30_000);
	expect(heir.host.text()).toContain('held by the dead one');
	await world.close();
});

test('a write of the lock that the SDK sent twice costs half a minute, and never the lock', async () => {
	const { world, session } = await open();
	const { session: own } = session('the one');
	let repeats = 1;
	const putParameter: typeof own.aws.ssm.putParameter = async (input) => {
		if (repeats-- > 0) await own.aws.ssm.putParameter(input);
		return own.aws.ssm.putParameter(input);
	};
	const aws = { ...own.aws, ssm: { ...own.aws.ssm, putParameter } };
	expect(await withDeployLock({ ...own, aws }, 'prod', async () => 'done')).toBe('done');
	await world.close();
});

test('a lock left behind long ago is taken at once', async () => {
	const { world, session } = await open();
	const dead = session('the dead one');
	void withDeployLock(dead.session, 'prod', async () => dead.caller.kill());
	await dead.caller.killed;
	await world.clock.sleep(400_000);
	const before = world.clock.now();
	await withDeployLock(session('the heir').session, 'prod', async () => {});
	expect(world.clock.now()).toBe(before);
	await world.close();
});

test('whoever cannot renew the lock any more stops before another may take it', async () => {
	const { world, session } = await open();
	const faults = [{ call: 'ssm.putParameter' as const, nth: 2, times: 1000, kind: 'throttling' as const }];
	const { session: failing } = session('a', { faults });
	const body = withDeployLock(failing, 'prod', async (signal) => {
		await world.clock.sleep(3_600_000, signal);
	});
	const before = world.clock.now();
	await expect(body).rejects.toThrow('The deploy lock could not be renewed.');
	expect(world.clock.now() - before).toBeLessThanOrEqual(30_000);
	await world.close();
});
