import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { deploy } from '../commands/deploy.ts';
import { history } from '../commands/history.ts';
import { reap } from '../commands/reap.ts';
import { rollback } from '../commands/rollback.ts';
import { status } from '../commands/status.ts';
import { type Account, asked, NAME, openAccount, passOf } from '../commands/testing/account.ts';
import { lockParameter } from '../deployments/names.ts';
import { canaryParameter } from '../protocol.ts';
import { requireBaseline } from '../stack/read-baseline.ts';
import { takeBackRollout } from '../stack/rollout.ts';
import { type ActContext, act } from './act.ts';
import { decideCanary } from './decide-canary.ts';
import { observe, type ReaperAws } from './observe.ts';

// Minutes go by.
vi.setConfig({ testTimeout: 60_000 });

let account: Account;
afterEach(() => account.close());

async function deployed(flags: Readonly<Record<string, unknown>> = {}): Promise<string> {
	const session = account.connect({ answers: Array<boolean>(10).fill(true) }).session;
	const { result } = await deploy(session, await asked({ rollbackWindow: '1h', ...flags }));
	return result?.deployment_id ?? '';
}
const seen = async () => status(account.connect().session, NAME);
const row = async (id: string) => (await seen()).deployments.find((one) => one.deployment_id === id);
const events = async (id: string) =>
	(await history(account.connect().session, { deploymentName: NAME, deploymentId: id, lines: 50 })).entries;

/** Visitors who never came before, each a page. */
async function visits(count: number): Promise<void> {
	const origin = await account.origin();
	const headers = { 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate' };
	for (let at = 0; at < count; at += 20) {
		await Promise.all(Array.from({ length: 20 }, () => fetch(origin, { headers }).then((answer) => answer.text())));
	}
}
/** Until the tasks have written down what they counted, and the minute is over for all. */
async function minutes(count: number) {
	for (let minute = 0; minute < count; minute++) await account.world.clock.sleep(60_000);
}

/** As a run of the reaper that has decided: the deploy lock is free. */
async function acting(aws: ReaperAws = account.world.aws): Promise<ActContext> {
	const { clusterName: cluster, listenerArn, vpcId } = await requireBaseline(account.connect().session, NAME);
	const place = { name: NAME, cluster, listenerArn, vpcId, repository: NAME };
	const locked: ActContext['locked'] = (work) => work({ aws, confirm: async () => {} });
	return { aws, place, clock: account.world.clock, signal: new AbortController().signal, locked };
}

test('a canary that fails is halted and recalled by the reaper; its visitors get the active one, and no rollback goes there (A8.6)', async () => {
	account = await openAccount();
	const one = await deployed();
	account.broken = 'pages-500';
	const two = await deployed({ canary: '50%', pageCheck: false });
	await visits(240);
	await minutes(1);
	expect((await passOf(account)).actions).toEqual([]);
	await minutes(2);
	const report = await passOf(account);
	expect(report.actions).toMatchObject([{ action: { kind: 'halt-canary', id: two }, outcome: 'done' }]);
	expect(await row(two)).toMatchObject({ state: 'draining', recalled: true });
	expect(await seen()).toMatchObject({ active: one, canary: null });
	const [halted] = await events(two);
	expect(halted).toMatchObject({ event: 'halted', deployment_id: two });
	expect(halted?.reason).toMatch(/^(\d+) of \1 requests failed, beside it 0 of \d+$/);
	// Who is on it has ten minutes.
	account.sessions.set(two, 1);
	await minutes(8);
	expect((await passOf(account)).actions).toEqual([]);
	await minutes(4);
	expect((await passOf(account)).actions).toMatchObject([
		{ action: { kind: 'scale-down', id: two, reason: 'recalled' } },
	]);
});

test('a run that is cut off while it halts one has recalled it, and the next run takes its rules away (A8.6)', async () => {
	account = await openAccount();
	const one = await deployed();
	account.broken = 'pages-500';
	const two = await deployed({ canary: '50%', pageCheck: false });
	await visits(240);
	await minutes(3);
	const { aws, clock } = account.world;
	const cutOff = { ...aws, elb: { ...aws.elb, deleteRule: () => Promise.reject(new Error('cut off')) } };
	const context = await acting(cutOff);
	const facts = await observe(aws, context.place, clock.now());
	const action = decideCanary(facts, facts.deployments.find(({ id }) => id === one)!, clock.now());
	expect(action).toMatchObject({ kind: 'halt-canary', id: two });
	await expect(act(context, action!)).rejects.toThrow('cut off');
	expect(await row(two)).toMatchObject({ state: 'draining', recalled: true });
	await passOf(account);
	expect(await seen()).toMatchObject({ active: one, canary: null });
	expect(await row(two)).toMatchObject({ state: 'draining', recalled: true });
});

test('one whose tasks end by themselves is halted without a request counted (A8.6)', async () => {
	account = await openAccount();
	await deployed();
	const two = await deployed({ canary: '10%' });
	for (let death = 0; death < 2; death++) {
		const asked = await fetch(`${await account.origin()}/crash?pulse_deployment=${two}`);
		expect(asked.status).toBe(502);
		await account.world.clock.sleep(20_000);
	}
	expect((await passOf(account)).actions).toMatchObject([
		{
			action: { kind: 'halt-canary', id: two, because: '2 of its tasks ended by themselves, beside it 0' },
			outcome: 'done',
		},
	]);
});

test('so is one whose tasks the load balancer finds ill: they count nothing themselves (A8.6)', async () => {
	account = await openAccount();
	await deployed();
	const two = await deployed({ canary: '10%' });
	for (let task = 0; task < 2; task++) await fetch(`${await account.origin()}/sicken?pulse_deployment=${two}`);
	await minutes(4);
	expect((await passOf(account)).actions).toMatchObject([
		{
			action: {
				kind: 'halt-canary',
				id: two,
				because: expect.stringMatching(/^[2-9] of its tasks ended by themselves/),
			},
			outcome: 'done',
		},
	]);
});

test('what was decided of a canary that a command has ended since touches none that it has begun (A8.7)', async () => {
	account = await openAccount();
	const one = await deployed();
	const two = await deployed({ canary: '10%' });
	const three = await deployed({ canary: '20%' });
	const { aws, clock } = account.world;
	const context = await acting();
	const { listenerArn } = context.place;
	expect(await act(context, { kind: 'end-canary', id: two, because: 'no rule leads to it' })).toBe(false);
	expect((await seen()).canary).toMatchObject({ deployment_id: three, percent: 20 });
	await takeBackRollout(aws, NAME, listenerArn, {
		...{ id: two, activeId: one, share: 1_000, next: [], everyMs: null },
		...{ beganAt: clock.now() - 1, sharedAt: clock.now() - 1 },
	});
	expect((await seen()).canary).toMatchObject({ deployment_id: three, percent: 20 });
	// Nor is either of the two ended, to which the rules send visitors who were drawn.
	const { deployments } = await observe(aws, context.place, clock.now());
	for (const { id } of deployments.filter((it) => it.id !== two)) {
		expect(await act(context, { kind: 'scale-down', id, reason: 'max-age' })).toBe(false);
	}
	expect(await row(one)).toMatchObject({ state: 'active' });
});

test('a schedule goes on by itself, not before its time nor before a minimum of requests, and its last share makes it active (A8.6)', async () => {
	account = await openAccount();
	const one = await deployed();
	const two = await deployed({ canary: '50%,75%,100%', every: '5m' });
	await minutes(6);
	expect((await passOf(account)).actions).toEqual([]);
	await visits(300);
	await minutes(3);
	expect((await passOf(account)).actions).toMatchObject([
		{ action: { kind: 'widen-canary', id: two }, outcome: 'done' },
	]);
	expect((await seen()).canary).toMatchObject({
		percent: 75,
		next_percent: 100,
		active_failures: 0,
		verdict: 'goes-on',
	});
	await minutes(4);
	expect((await passOf(account)).actions).toEqual([]);
	await minutes(2);
	expect((await passOf(account)).actions).toMatchObject([
		{ action: { kind: 'complete-canary', id: two }, outcome: 'done' },
	]);
	expect(await seen()).toMatchObject({ active: two, canary: null });
	expect(await row(one)).toMatchObject({ state: 'draining' });
	expect(await row(two)).toMatchObject({ state: 'active' });
	expect(account.world.parameters.has(canaryParameter(NAME))).toBe(false);
	expect((await events(two)).map(({ event, percent }) => [event, percent])).toEqual([
		['activated', null],
		['widened', 75],
		['canary', 50],
	]);
	expect((await passOf(account)).actions).toEqual([]);
});

test('a schedule goes on only where both sides were counted, its tasks are well, and nothing goes before the default action (A8.6)', async () => {
	account = await openAccount();
	const one = await deployed();
	const two = await deployed({ canary: '50%,100%', every: '1m' });
	await visits(240);
	await minutes(1);
	const { aws, clock, parameters } = account.world;
	await aws.ssm.deleteParameters({ Names: [...parameters.keys()].filter((name) => name.includes(`/tasks/${one}.`)) });
	await minutes(2);
	expect((await passOf(account)).actions).toEqual([]);
	expect((await seen()).canary).toMatchObject({ active_requests: 0, percent: 50 });
	await visits(100);
	await minutes(3);

	const context = await acting();
	const facts = await observe(aws, context.place, clock.now());
	const active = facts.deployments.find(({ id }) => id === one) ?? null;
	const caught = {
		arn: 'catch-all',
		priority: 50_000,
		deploymentId: null,
		targetGroupArn: active?.targetGroupArn ?? null,
	};
	const rules = [...facts.traffic.rules, { ...caught, catchAll: true }];
	expect(decideCanary({ ...facts, traffic: { ...facts.traffic, rules } }, active, clock.now())).toBeNull();
	const action = decideCanary(facts, active, clock.now());
	expect(action).toMatchObject({ kind: 'complete-canary', id: two });
	const describeTargetHealth: typeof aws.elb.describeTargetHealth = async (input) => {
		const { TargetHealthDescriptions: [target, ...others] = [], ...answer } = await aws.elb.describeTargetHealth(input);
		const ill = { ...target, TargetHealth: { State: 'unhealthy' as const } };
		return { ...answer, TargetHealthDescriptions: [ill, ...others] };
	};
	const ill = await acting({ ...aws, elb: { ...aws.elb, describeTargetHealth } });
	expect(await act(ill, action!)).toBe(false);
	expect(await seen()).toMatchObject({ active: one, canary: { percent: 50 } });
	expect(await act(context, action!)).toBe(true);
	expect(await seen()).toMatchObject({ active: two, canary: null });
});

test('a reaper that was late sends nobody to a canary that a rollback has ended since (A8.6)', async () => {
	account = await openAccount();
	const one = await deployed();
	await deployed({ canary: '50%,100%', every: '1m' });
	await visits(240);
	await minutes(3);
	const until = async () => {
		await account.world.clock.sleep(60_000);
		const { session } = account.connect({ answers: [true] });
		await rollback(session, { deploymentName: NAME, deploymentId: null, dryRun: false });
		// As long as the guard takes to see it.
		await delay(300);
	};
	const suspend = { index: 0, when: 'lost' as const, until };
	const { session } = account.connect({
		answers: [true],
		suspend,
		before: ({ call, index }) => {
			if (call === 'elb.modifyListener') suspend.index ||= index;
		},
	});
	const limits = { maxAgeHours: null, deploymentTimeoutHours: null };
	const { actions } = await reap(session, { deploymentName: NAME, ...limits, dryRun: false });
	expect(actions).toMatchObject([{ action: { kind: 'complete-canary' }, outcome: 'failed' }]);
	expect(suspend.index).toBeGreaterThan(0);
	expect(await seen()).toMatchObject({ active: one, canary: null });
});

test('it moves nobody while a command holds the deploy lock, and does it with the next run (A8.6)', async () => {
	account = await openAccount();
	await deployed();
	account.broken = 'pages-500';
	const two = await deployed({ canary: '50%', pageCheck: false });
	await visits(240);
	await minutes(3);
	const { ssm } = account.world.aws;
	const hold = (at: number) =>
		ssm.putParameter({
			Name: lockParameter(NAME),
			Value: `held by somebody [abc${at} 1]`,
			Type: 'String',
			Overwrite: true,
		});
	const holding = { ends: false };
	const renewing = (async () => {
		for (let at = 0; !holding.ends; at++) {
			await hold(at);
			await account.world.clock.sleep(5_000);
		}
	})();
	expect((await passOf(account)).actions).toMatchObject([{ action: { kind: 'halt-canary' }, outcome: 'skipped' }]);
	holding.ends = true;
	await renewing;
	expect(await row(two)).toMatchObject({ state: 'canary' });
	await minutes(1);
	expect((await passOf(account)).actions).toMatchObject([{ action: { kind: 'halt-canary' }, outcome: 'done' }]);
});

test('what an older tool, or a killed command, has left of one is ended: whoever is on it stays, and nobody new gets it (A8.7)', async () => {
	account = await openAccount();
	const zero = await deployed();
	const one = await deployed();
	const two = await deployed({ canary: '20%' });
	// An older rollback or deploy knows the default action alone.
	const { aws } = account.world;
	const { Stacks } = await aws.cloudformation.describeStacks({ StackName: `${NAME}-baseline` });
	const ListenerArn = Stacks?.[0]?.Outputs?.find(({ OutputKey }) => OutputKey === 'ListenerArn')?.OutputValue;
	const group = account.world.ecs.services.find(({ name }) => name === zero)?.input.loadBalancers?.[0]?.targetGroupArn;
	await aws.elb.modifyListener({ ListenerArn, DefaultActions: [{ Type: 'forward', TargetGroupArn: group }] });
	const report = await passOf(account);
	expect(report.actions).toContainEqual(
		expect.objectContaining({
			action: { kind: 'end-canary', id: two, because: 'another deployment became active' },
			outcome: 'done',
		}),
	);
	expect(await row(two)).toMatchObject({ state: 'draining', recalled: false });
	expect(await row(one)).toMatchObject({ state: 'draining' });
	expect(await seen()).toMatchObject({ active: zero, canary: null });
});
