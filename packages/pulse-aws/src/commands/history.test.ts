import type { CallRecord } from 'aws-world/calls/trace';
import { afterEach, expect, test } from 'vitest';
import { historyParameters, lockParameter } from '../deployments/names.ts';
import { writeHistory } from '../platform/write-history.ts';
import { deploy } from './deploy.ts';
import { history } from './history.ts';
import { leave } from './leave.ts';
import { reap } from './reap.ts';
import { rollback } from './rollback.ts';
import { type Account, asked, NAME, openAccount, passOf } from './testing/account.ts';

let account: Account;
afterEach(() => account.close());

const yes = Array<boolean>(10).fill(true);
const back = { deploymentName: NAME, deploymentId: null, dryRun: false };

async function deployed(message?: string): Promise<string> {
	const request = { ...(await asked({ message })), commit: '1a2b3c4d5e6f' };
	return (await deploy(account.connect({ answers: yes }).session, request)).result?.deployment_id ?? '';
}

const told = async (deploymentId: string | null = null, lines = 300) =>
	(await history(account.connect().session, { deploymentName: NAME, deploymentId, lines })).entries;

const isOf = ({ input }: Pick<CallRecord, 'input'>, name: string) =>
	(input as { Name?: string }).Name?.startsWith(name) === true;
const ROOT = historyParameters(NAME)[0]?.slice(0, -1) ?? '';

test('tells who deployed, rolled back and recalled, and what the reaper ended and deleted, and why (A8.4)', async () => {
	account = await openAccount();
	const one = await deployed('the first');
	const two = await deployed();
	await rollback(account.connect({ answers: yes }).session, back);
	await account.world.clock.sleep(1_000);
	const when = { withinSeconds: 60, isUsual: false };
	const recall = { verb: 'recall', deploymentName: NAME, deploymentId: two, when, dryRun: false } as const;
	await leave(account.connect({ answers: yes }).session, recall);
	for (let round = 0; round < 2; round++) {
		await account.world.clock.sleep(240_000);
		await passOf(account);
	}
	const lines = (await told()).map(({ event, deployment_id: id, previous_deployment_id: from, by, reason }) => [
		event,
		id,
		from,
		by,
		reason,
	]);
	expect(lines).toEqual([
		['deleted', two, null, 'a test: pulse-aws reap', 'recalled'],
		['retired', two, null, 'a test: pulse-aws reap', 'recalled'],
		['recalled', two, null, 'a test: pulse-aws recall', null],
		['activated', one, two, 'a test: pulse-aws rollback', null],
		['activated', two, one, 'a test: pulse-aws deploy', null],
		['activated', one, null, 'a test: pulse-aws deploy', null],
	]);
	expect((await told(one)).map((line) => [line.message, line.commit])).toEqual([
		['the first', '1a2b3c4d5e6f'],
		[null, '1a2b3c4d5e6f'],
		['the first', '1a2b3c4d5e6f'],
	]);
	const [newest] = await told(two, 1);
	expect(newest).toMatchObject({
		event: 'deleted',
		image: expect.stringMatching(/@sha256:/),
		percent: null,
		until: null,
	});
});

test('is written beside giving the lock back, so that nobody waits for it', async () => {
	account = await openAccount();
	await deployed();
	await deployed();
	const begun: boolean[] = [];
	const isFree = (record: CallRecord) =>
		isOf(record, lockParameter(NAME)) && JSON.stringify(record.input).includes('"Value":"free');
	const { session, trace } = account.connect({
		answers: yes,
		latencyMs: 20,
		// When its answer is on its way.
		before: (record) => {
			if (isOf(record, ROOT)) begun.push(trace.records.some(isFree));
		},
	});
	await rollback(session, back);
	expect(begun).toEqual([true]);
});

test('fails no command where it cannot be written, and the reaper reaps', async () => {
	account = await openAccount();
	await deployed();
	const two = await deployed();
	const { session, host } = account.connect({ answers: yes });
	const refused = refusing(session, 'AccessDeniedException');
	expect((await rollback(refused.session, back)).result?.marked_draining).toEqual([two]);
	expect(refused.tried).toHaveLength(1);
	expect(host.messages.filter(({ level }) => level === 'warning').map(({ text }) => text)).toEqual([
		'pulse-aws history will not tell of this: AccessDeniedException',
	]);
	await account.world.clock.sleep(120_000);
	const reaping = refusing(account.connect({ answers: yes }).session, 'AccessDeniedException');
	const pass = { deploymentName: NAME, maxAgeHours: null, deploymentTimeoutHours: null, dryRun: false };
	expect(await reap(reaping.session, pass)).toMatchObject({ drained: 1 });
	expect(await told()).toHaveLength(2);
});

test('a write that AWS does not answer holds up no rollback that is done, nor the giving back of the lock (A8.4)', async () => {
	account = await openAccount();
	await deployed();
	const two = await deployed();
	const { session, host } = account.connect({ answers: yes });
	const told: unknown[] = [];
	const hung = silent(session, (name) => name.startsWith(ROOT), told);
	const before = account.world.clock.now();
	expect((await rollback(hung, back)).result?.marked_draining).toEqual([two]);
	expect(account.world.clock.now() - before).toBeLessThan(15_000);
	expect(told).toEqual([expect.objectContaining({ name: 'TimeoutError' })]);
	expect(host.text()).toContain('pulse-aws history will not tell of this: TimeoutError');
	expect(account.world.parameters.get(lockParameter(NAME))?.value).toContain('free');

	const renewing = silent(account.connect({ answers: yes }).session, (name) => name === lockParameter(NAME), [], 2);
	const again = account.world.clock.now();
	expect((await rollback(renewing, back)).result?.deployment_id).toBe(two);
	expect(account.world.clock.now() - again).toBeLessThan(15_000);
});

test('passes by a parameter that another command is writing', async () => {
	account = await openAccount();
	await deployed();
	await deployed();
	const busy = refusing(account.connect({ answers: yes }).session, 'TooManyUpdates', 4);
	await rollback(busy.session, back);
	expect(new Set(busy.tried).size).toBe(5);
	expect(await told()).toHaveLength(3);
});

test('of a write that the SDK repeated it tells once', async () => {
	account = await openAccount();
	const one = await deployed();
	const [written = ''] = [...account.world.parameters.keys()].filter((name) => name.startsWith(ROOT));
	const Value = account.world.parameters.get(written)?.value ?? '';
	await account.world.aws.ssm.putParameter({ Name: written, Value, Overwrite: true });
	expect((await told()).map((line) => line.deployment_id)).toEqual([one]);
});

test('keeps at least the last three hundred, whatever there were', async () => {
	account = await openAccount();
	await deployed();
	const { session } = account.connect();
	const { aws, randomHex, clock } = session;
	for (let n = 0; n < 700; n++) {
		await writeHistory({ aws, by: 'a', randomHex, clock }, NAME, [{ event: 'stays', id: `n${n}` }]);
		await account.world.clock.sleep(1);
	}
	expect((await told(null, 300)).at(-1)?.deployment_id).toBe('n400');
});

test('nothing was ever deployed under a mistyped name', async () => {
	account = await openAccount();
	await expect(told()).rejects.toMatchObject({ code: 'baseline-missing' });
});

/** @param nth the first of these writes that is never answered; by default all @param aborted why each of them was given up */
function silent<Some extends Pick<ReturnType<Account['connect']>['session'], 'aws'>>(
	session: Some,
	isMeant: (name: string) => boolean,
	aborted: unknown[],
	nth = 1,
): Some {
	let writes = 0;
	const { ssm } = session.aws;
	const putParameter: typeof ssm.putParameter = (input, options) => {
		if (!isMeant(input.Name ?? '') || ++writes < nth) return ssm.putParameter(input, options);
		options?.abortSignal?.addEventListener('abort', () => aborted.push(options.abortSignal?.reason));
		return new Promise(() => {});
	};
	return { ...session, aws: { ...session.aws, ssm: { ...ssm, putParameter } } };
}

/** @param times refusals; by default all */
function refusing(session: ReturnType<Account['connect']>['session'], name: string, times = Number.POSITIVE_INFINITY) {
	const tried: string[] = [];
	const putParameter: typeof session.aws.ssm.putParameter = async (input) => {
		if (!input.Name?.startsWith(ROOT)) return session.aws.ssm.putParameter(input);
		tried.push(input.Name);
		if (tried.length <= times) throw Object.assign(new Error(), { name });
		return session.aws.ssm.putParameter(input);
	};
	return { tried, session: { ...session, aws: { ...session.aws, ssm: { ...session.aws.ssm, putParameter } } } };
}
