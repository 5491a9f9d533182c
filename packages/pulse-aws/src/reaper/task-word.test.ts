import { callAs, taskCaller } from 'aws-world/calls/caller';
import { afterEach, expect, test } from 'vitest';
import { deploy } from '../commands/deploy.ts';
import { reap } from '../commands/reap.ts';
import { type Account, asked, NAME, openAccount } from '../commands/testing/account.ts';
import { taskStateParameter } from '../protocol.ts';
import type { ReaperReport } from './run.ts';

let account: Account | undefined;
afterEach(async () => {
	await account?.close();
	account = undefined;
});

/** Two deployments that drain, each with a visitor, and a third that is active. */
async function threeDeployments() {
	const on = await openAccount();
	account = on;
	const ids: string[] = [];
	for (let index = 0; index < 3; index++) {
		const { result } = await deploy(on.connect().session, await asked({ desiredCount: '1' }));
		ids.push(result?.deployment_id ?? '');
		on.sessions.set(ids.at(-1) ?? '', 1);
	}
	const [old = '', other = ''] = ids;
	return { on, old, other };
}

const pass = (on: Account, options: Parameters<Account['connect']>[0] = {}): Promise<ReaperReport> =>
	reap(on.connect({ answers: [true], ...options }).session, {
		deploymentName: NAME,
		maxAgeHours: 50,
		deploymentTimeoutHours: null,
		dryRun: false,
	});

async function taskOf(on: Account, id: string): Promise<string> {
	const { taskArns = [] } = await on.world.aws.ecs.listTasks({ cluster: NAME, serviceName: id });
	return taskArns[0]?.split('/').at(-1) ?? '';
}

/** Says `draining` in the name of a task, again and again: its own plugin writes only what changes. */
async function say(on: Account, id: string, by: string): Promise<void> {
	const name = taskStateParameter(NAME, id, await taskOf(on, id));
	await callAs(by, () => on.world.aws.ssm.putParameter({ Name: name, Value: 'draining', Overwrite: true }));
}

test('a task of one deployment cannot declare the tasks of another unneeded', { timeout: 60_000 }, async () => {
	const { on, old, other } = await threeDeployments();
	const taken = taskCaller('123456789012', await taskOf(on, old));
	await on.world.clock.sleep(120_000);
	await say(on, other, taken);
	const report = await pass(on);
	expect(report.actions).toEqual([]);
	expect(report.kept).toContainEqual({ id: other, reason: 'word-unproven' });
	expect(report.kept).toContainEqual({ id: old, reason: 'in-use', detail: '1 render session' });
	// Nor can anybody else whose session is not that task's, whatever it is called.
	await say(on, other, 'arn:aws:iam::123456789012:user/operator');
	expect((await pass(on)).kept).toContainEqual({ id: other, reason: 'word-unproven' });
	// Its own word ends it, once it is free.
	on.sessions.set(other, 0);
	await on.world.clock.sleep(60_000);
	await say(on, other, taskCaller('123456789012', await taskOf(on, other)));
	expect((await pass(on)).actions).toMatchObject([
		{ action: { kind: 'scale-down', id: other, reason: 'drained' }, outcome: 'done' },
	]);
});

test('whoever may not ask who wrote a word takes none for proven, and goes on with the rest', {
	timeout: 60_000,
}, async () => {
	const { on, old, other } = await threeDeployments();
	on.sessions.set(other, 0);
	await on.world.clock.sleep(120_000);
	const denied = { faults: [{ call: 'ssm.getParameterHistory', nth: 1, kind: 'access-denied' } as const] };
	const report = await pass(on, denied);
	expect(report.kept).toContainEqual({ id: other, reason: 'word-unproven' });
	expect(report.kept).toContainEqual({ id: old, reason: 'in-use', detail: '1 render session' });
	expect((await pass(on)).drained).toBe(1);
});

test('a deployment that somebody came back to between the look and the act is left alone', {
	timeout: 60_000,
}, async () => {
	const { on, other } = await threeDeployments();
	on.sessions.set(other, 0);
	await on.world.clock.sleep(120_000);
	const name = taskStateParameter(NAME, other, await taskOf(on, other));
	let asked_ = false;
	const report = await pass(on, {
		before: async ({ call }) => {
			if (call !== 'ssm.getParameterHistory') return;
			asked_ = true;
		},
		after: async ({ call }) => {
			if (call !== 'ecs.describeServices' || !asked_) return;
			asked_ = false;
			await on.world.aws.ssm.putParameter({ Name: name, Value: 'healthy', Overwrite: true });
		},
	});
	expect(report.actions).toMatchObject([{ action: { id: other, reason: 'drained' }, outcome: 'skipped' }]);
});
