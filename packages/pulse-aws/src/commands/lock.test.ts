import { afterEach, expect, test } from 'vitest';
import { lockParameter } from '../deployments/names.ts';
import { withDeployLock } from '../stack/lock.ts';
import { deploy } from './deploy.ts';
import { lock } from './lock.ts';
import { rollback } from './rollback.ts';
import { type Account, asked, NAME, openAccount } from './testing/account.ts';

let account: Account;
afterEach(() => account.close());

const yes = Array<boolean>(10).fill(true);
const back = { deploymentName: NAME, deploymentId: null, dryRun: false };
const looks = { deploymentName: NAME, breaks: false, dryRun: false };
const breaks = { ...looks, breaks: true };
const deployed = async () =>
	(await deploy(account.connect({ answers: yes }).session, await asked())).result?.deployment_id ?? '';

/** Something that is waited for until it happens. */
function moment() {
	let comes = () => {};
	const came = new Promise<void>((resolve) => {
		comes = resolve;
	});
	return { comes: () => comes(), came };
}

/** Another command that holds the lock until it is let go; a session of its own. */
async function held() {
	const { session } = account.connect({ answers: yes });
	const [awake, inside] = [moment(), moment()];
	const work = withDeployLock({ ...session, owner: 'ann: pulse-aws rollback' }, NAME, async (grant) => {
		inside.comes();
		await awake.came;
		await grant.session.aws.ssm.putParameter({ Name: '/late', Value: 'x', Type: 'String', Overwrite: true });
	});
	const ended = work.then(
		() => 'done',
		(error) => error.code,
	);
	await inside.came;
	return { ended, resume: awake.comes };
}

test('shows who holds it, since when, and by which command; a look changes nothing (A13.4)', async () => {
	account = await openAccount();
	await deployed();
	expect(await lock(account.connect().session, looks)).toMatchObject({ held: false, by: null });
	const began = account.world.clock.now();
	const { ended, resume } = await held();
	await account.world.clock.sleep(60_000);
	for (const request of [looks, { ...breaks, dryRun: true }]) {
		expect(await lock(account.connect().session, request)).toEqual({
			held: true,
			by: 'ann: pulse-aws rollback',
			command: 'pulse-aws rollback',
			since: new Date(began).toISOString(),
			lapses_at: expect.stringMatching(/Z$/),
			broken: false,
		});
	}
	resume();
	expect(await ended).toBe('done');
});

test('a holder that was broken and wakes is refused, and the next command gets the lock (A13.4)', async () => {
	account = await openAccount();
	const one = await deployed();
	await deployed();
	const { ended, resume } = await held();
	const { session, host } = account.connect({ answers: [true] });
	expect(await lock(session, breaks)).toMatchObject({ by: 'ann: pulse-aws rollback', broken: true });
	expect(host.questions).toHaveLength(1);
	const before = account.world.clock.now();
	const next = await rollback(account.connect({ answers: yes }).session, back);
	expect(next.result?.deployment_id).toBe(one);
	// As long as what the holder last confirmed may be relied on.
	expect(account.world.clock.now() - before).toBeGreaterThanOrEqual(30_000);
	resume();
	expect(await ended).toBe('lock-lost');
	expect(account.world.parameters.has('/late')).toBe(false);
});

test('is broken although its holder renews it at the same moment', async () => {
	account = await openAccount();
	await deployed();
	const { ended, resume } = await held();
	const { session } = account.connect({ answers: [true] });
	const { getParameters, putParameter } = session.aws.ssm;
	const Name = lockParameter(NAME);
	let tries = 0;
	const racing: typeof putParameter = async (input) => {
		// The holder had read it before, and writes now: below this write the first time, on top of it the second.
		const stood = account.world.parameters.get(Name);
		const renew = async () =>
			account.world.aws.ssm.putParameter({
				Name,
				Value: stood?.value.replace(/ \d+\]$/, ` ${stood.version}]`) ?? '',
				Overwrite: true,
			});
		tries++;
		if (tries === 1) await renew();
		return putParameter(input);
	};
	const aws = { ...session.aws, ssm: { ...session.aws.ssm, getParameters, putParameter: racing } };
	expect(await lock({ ...session, aws }, breaks)).toMatchObject({ broken: true });
	expect(tries).toBeGreaterThan(1);
	await account.world.clock.sleep(60_000);
	resume();
	expect(await ended).toBe('lock-lost');
});

test('nothing is broken after a no, nor where it is free', async () => {
	account = await openAccount();
	await deployed();
	expect(await lock(account.connect().session, breaks)).toMatchObject({ held: false, broken: false });
	const { ended, resume } = await held();
	await expect(lock(account.connect({ answers: [false] }).session, breaks)).rejects.toThrow('Declined');
	resume();
	expect(await ended).toBe('done');
});

test('nothing was ever deployed under a mistyped name', async () => {
	account = await openAccount();
	await expect(lock(account.connect().session, looks)).rejects.toMatchObject({ code: 'baseline-missing' });
});

test('is not taken from a command that got it while it was asked about, nor while it was written', async () => {
	account = await openAccount();
	await deployed();
	for (const when of ['question', 'write'] as const) {
		const first = await held();
		const { session } = account.connect({ answers: [true] });
		let next: Awaited<ReturnType<typeof held>> | undefined;
		const handOver = async () => {
			if (next !== undefined) return;
			first.resume();
			await first.ended;
			next = await held();
		};
		const { ssm } = session.aws;
		const putParameter: typeof ssm.putParameter = async (input) => {
			if (when === 'write') await handOver();
			return ssm.putParameter(input);
		};
		const ask: typeof session.host.ask = async () => {
			if (when === 'question') await handOver();
			return true;
		};
		const host = { ...session.host, ask };
		const asking = { ...session, host, aws: { ...session.aws, ssm: { ...ssm, putParameter } } };
		await expect(lock(asking, breaks)).rejects.toMatchObject({ code: 'changed' });
		await account.world.clock.sleep(20_000);
		next?.resume();
		expect(await next?.ended).toBe('done');
	}
});

test('a broken holder that ends at once does not give it back for the one who broke it', async () => {
	account = await openAccount();
	await deployed();
	await deployed();
	const [finished, inside] = [moment(), moment()];
	const ended = withDeployLock(account.connect().session, NAME, async () => {
		inside.comes();
		await finished.came;
	});
	await inside.came;
	expect(await lock(account.connect({ answers: [true] }).session, breaks)).toMatchObject({ broken: true });
	const before = account.world.clock.now();
	finished.comes();
	await ended;
	await rollback(account.connect({ answers: yes }).session, back);
	expect(account.world.clock.now() - before).toBeGreaterThanOrEqual(25_000);
});

test('a broken holder that slept between its look and its write does not retake it', async () => {
	account = await openAccount();
	await deployed();
	const { session } = account.connect({ answers: yes });
	const { ssm } = session.aws;
	let sleeps = false;
	const [awake, asleep] = [moment(), moment()];
	const putParameter: typeof ssm.putParameter = async (input) => {
		if (sleeps && input.Name === lockParameter(NAME)) {
			sleeps = false;
			asleep.comes();
			await awake.came;
		}
		return ssm.putParameter(input);
	};
	const sleeper = { ...session, aws: { ...session.aws, ssm: { ...ssm, putParameter } } };
	const ended = withDeployLock(sleeper, NAME, async (grant) => {
		await account.world.clock.sleep(16_000);
		sleeps = true;
		await asleep.came;
		await awake.came;
		await grant.confirm();
	}).then(
		() => 'done',
		(error) => error.code,
	);
	await asleep.came;
	expect(await lock(account.connect({ answers: [true] }).session, breaks)).toMatchObject({ broken: true });
	awake.comes();
	expect(await ended).toBe('lock-lost');
});
