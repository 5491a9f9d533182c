import { randomBytes } from 'node:crypto';
import type { ConnectOptions } from 'aws-world/calls/connect';
import { type AwsWorld, createAwsWorld } from 'aws-world/world';
import { recordingHost } from 'pulse-deploy-kit/recording-host';
import { afterEach, expect, test } from 'vitest';
import type { Session } from '../adapters/session.ts';
import { lockParameter } from '../deployments/names.ts';
import { type HeldLock, withDeployLock } from './lock.ts';

let world: AwsWorld;
afterEach(() => world.close());

async function open() {
	world = await createAwsWorld();
	return (owner: string, options: ConnectOptions = {}) => {
		const caller = world.connect(options);
		const host = recordingHost();
		const session = {
			...{ aws: caller.aws, baseline: caller.baseline, clock: caller.clock, host, owner },
			signal: new AbortController().signal,
			randomHex: (bytes: number) => randomBytes(bytes).toString('hex'),
		} as Partial<Session> as Session;
		return { session, host, caller };
	};
}

/** Commits by a write of AWS, as a deploy's switch does. */
const commit = ({ session }: HeldLock, by: string) =>
	session.aws.ssm.putParameter({ Name: '/committed', Value: by, Type: 'String', Overwrite: true });
const committed = () => world.parameters.get('/committed')?.value;
const lock = () => world.parameters.get(lockParameter('prod'));
const put = (Value: string) =>
	world.aws.ssm.putParameter({ Name: lockParameter('prod'), Value, Type: 'String', Overwrite: true });

/** A session that hangs in its `nth` call of Parameter Store, which takes effect only when it is let go. */
function suspendable({ session }: { session: Session }, nth: number) {
	let resume = () => {};
	const awake = new Promise<void>((resolve) => {
		resume = resolve;
	});
	let calls = 0;
	const hang =
		<I, O>(call: (input: I) => Promise<O>) =>
		async (input: I) => {
			if (++calls === nth) await awake;
			return call(input);
		};
	const { ssm } = session.aws;
	const aws = {
		...session.aws,
		ssm: { ...ssm, putParameter: hang(ssm.putParameter), getParameters: hang(ssm.getParameters) },
	};
	return { session: { ...session, aws } as Session, resume: () => resume() };
}

test('of many who want the lock one at a time has it, and all get it', async () => {
	const session = await open();
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
});

test('a lock whose holder was killed is taken over once nobody renews it, and who held it is told', async () => {
	const session = await open();
	const dead = session('the dead one');
	void withDeployLock(dead.session, 'prod', async () => dead.caller.kill());
	await dead.caller.killed;
	const heir = session('the heir');
	const before = world.clock.now();
	await withDeployLock(heir.session, 'prod', async () => {});
	expect(world.clock.now() - before).toBe(30_000);
	expect(heir.host.text()).toContain('held by the dead one');
});

test.each([360_000, -360_000])('a machine whose clock is %i ms off waits for a lock that is renewed', async (off) => {
	const session = await open();
	let inside = 0;
	let most = 0;
	const work = async (ms: number) => {
		most = Math.max(most, ++inside);
		await world.clock.sleep(ms);
		inside--;
	};
	const a = withDeployLock(session('a').session, 'prod', () => work(120_000));
	await world.clock.sleep(15_000);
	const { session: own } = session('b');
	const clock = { now: () => own.clock.now() + off, sleep: own.clock.sleep };
	await Promise.all([a, withDeployLock({ ...own, clock }, 'prod', () => work(60_000))]);
	expect(most).toBe(1);
});

test('a clock that is set while it waits does not make a lock look old', async () => {
	const session = await open();
	let done = false;
	const a = withDeployLock(session('a').session, 'prod', async () => {
		await world.clock.sleep(60_000);
		done = true;
	});
	await world.clock.sleep(1000);
	const { session: own } = session('b');
	let looks = 0;
	const clock = { now: () => own.clock.now() + looks++ * 600_000, sleep: own.clock.sleep };
	const b = withDeployLock({ ...own, clock }, 'prod', async () => done);
	await a;
	expect(await b).toBe(true);
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
	'whoever sleeps in its call number %i of the lock, with an heir that works meanwhile, changes nothing afterwards',
	async (nth) => {
		const session = await open();
		const work = async (held: HeldLock, by: string) => {
			for (let step = 0; step < 4; step++) {
				await world.clock.sleep(8000);
				await held.confirm();
			}
			await commit(held, by);
		};
		const sleeper = suspendable(session('a'), nth);
		const a = withDeployLock(sleeper.session, 'prod', (held) => work(held, 'a')).then(
			() => 'done',
			(error) => error.code,
		);
		await world.clock.sleep(60_000);
		let during = '';
		const b = withDeployLock(session('b').session, 'prod', async (held) => {
			await world.clock.sleep(12_000);
			sleeper.resume();
			await work(held, 'b');
			during = committed() ?? '';
			await world.clock.sleep(1000);
			await held.confirm();
		});
		await b;
		expect(during).toBe('b');
		const end = await a;
		// Who had not got the lock yet gets it afterwards; who had it lost it, or had done its work before it slept.
		expect(['done', 'lock-lost']).toContain(end);
		await withDeployLock(session('c').session, 'prod', (held) => commit(held, 'c'));
		expect(committed()).toBe('c');
	},
);

test('a lock that lapsed and that nobody took goes on', async () => {
	const session = await open();
	const faults = [{ call: 'ssm.putParameter' as const, nth: 2, times: 9, kind: 'timeout' as const }];
	const { session: own } = session('a', { faults });
	await withDeployLock(own, 'prod', async (held) => {
		await world.clock.sleep(120_000, held.signal);
		await commit(held, 'a');
	});
	expect(committed()).toBe('a');
	expect(lock()?.value).toMatch(/^free \[/);
});

test('without the lock nothing is written, and after five minutes of a bad line the run ends', async () => {
	const session = await open();
	const faults = [{ call: 'ssm.putParameter' as const, nth: 2, times: 1000, kind: 'throttling' as const }];
	const { session: failing } = session('a', { faults });
	const body = withDeployLock(failing, 'prod', async (held) => {
		await world.clock.sleep(60_000);
		const write = { cluster: 'prod', service: 'x' };
		await expect(held.session.aws.ecs.deleteService(write)).rejects.toThrow('Rate exceeded');
		await world.clock.sleep(3_600_000, held.signal);
	});
	await expect(body).rejects.toMatchObject({ code: 'lock-lost' });
	expect(world.trace.records.filter(({ call }) => call === 'ecs.deleteService')).toEqual([]);
});

test('a write of the lock that the SDK sent twice costs half a minute at most, and never the lock', async () => {
	const session = await open();
	const { session: own } = session('the one');
	let calls = 0;
	const putParameter: typeof own.aws.ssm.putParameter = async (input) => {
		// Taking it, then the second renewal.
		if ([1, 3].includes(++calls)) await own.aws.ssm.putParameter(input).catch(() => undefined);
		return own.aws.ssm.putParameter(input);
	};
	const aws = { ...own.aws, ssm: { ...own.aws.ssm, putParameter } };
	const work = async (held: HeldLock) => {
		await world.clock.sleep(45_000, held.signal);
		return 'done';
	};
	expect(await withDeployLock({ ...own, aws }, 'prod', work)).toBe('done');
	calls = 0;
	expect(await withDeployLock({ ...own, aws }, 'prod', work)).toBe('done');
});

test.each([
	['free', 15_000],
	['held by somebody@older (pid 7)', 30_000],
	['free [0123456789abcdef 40]', 30_000],
	['held by somebody [0123456789abcdef 40]', 30_000],
	['{"holder":"newer"}', 30_000],
	['free [0123456789abcdef 0]', 0],
])('what stands in the parameter as %s is taken after %i ms without a change', async (value, ms) => {
	const session = await open();
	await put(value);
	const before = world.clock.now();
	await withDeployLock(session('a').session, 'prod', async () => {});
	expect(world.clock.now() - before).toBe(ms);
});

test('an older version that takes the lock without looking ends this run, and its lock is not freed', async () => {
	const session = await open();
	const run = withDeployLock(session('a').session, 'prod', async (held) => {
		await put('held by somebody@older (pid 7)');
		await world.clock.sleep(60_000, held.signal);
	});
	await expect(run).rejects.toMatchObject({
		code: 'lock-lost',
		detail: expect.stringContaining('somebody@older'),
	});
	expect(lock()?.value).toBe('held by somebody@older (pid 7)');
});

test("a lock's parameter that another's teardown deleted is made anew by who still holds it", async () => {
	const session = await open();
	await withDeployLock(session('a').session, 'prod', async (held) => {
		await world.aws.ssm.deleteParameters({ Names: [lockParameter('prod')] });
		await held.confirm();
		expect(lock()?.value).toContain('held by a');
	});
});
