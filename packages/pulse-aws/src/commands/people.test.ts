import { createServer } from 'node:http';
import { serverProgram } from 'aws-world/tasks/server-program';
import { afterEach, expect, test } from 'vitest';
import { renderFleet } from '../plan/fleet-report.ts';
import { askParameter, taskStateParameter } from '../protocol.ts';
import { askText } from '../task/ask.ts';
import { deploy } from './deploy.ts';
import { leave } from './leave.ts';
import { StatusMemory, status } from './status.ts';
import { teardown } from './teardown.ts';
import { type Account, asked, NAME, openAccount, passOf } from './testing/account.ts';
import { watchStatus } from './watch-status.ts';

let account: Account;
afterEach(() => account.close());

const deployed = async () => (await deploy(account.connect().session, await asked())).result?.deployment_id ?? '';
const usesIn = ({ deployments }: Awaited<ReturnType<typeof status>>) =>
	Object.fromEntries(deployments.map(({ deployment_id, in_use }) => [deployment_id, in_use]));
const later = (seconds: number) => account.world.clock.sleep(seconds * 1000);

/** As a dashboard or `status --watch` look. */
function watcher() {
	const memory = new StatusMemory();
	return (options: Parameters<Account['connect']>[0] = {}) =>
		status(account.connect(options).session, NAME, { memory, asks: true });
}

test('who looks for longer is told who is on every version, the active one too, and who looks once as well (A11.9)', async () => {
	account = await openAccount();
	const [one, two] = [await deployed(), await deployed()];
	account.sessions.set(one, 1).set(two, 20);
	await later(120);
	// No page looked: tasks write only what a drain needs.
	expect(usesIn(await status(account.connect().session, NAME))).toEqual({ [one]: { render_sessions: 2 }, [two]: null });
	expect(account.world.parameters.has(askParameter(NAME))).toBe(false);
	const look = watcher();
	await look();
	await later(10);
	expect(usesIn(await look())).toEqual({ [one]: { render_sessions: 2 }, [two]: { render_sessions: 40 } });
	account.sessions.set(two, 0);
	await later(10);
	const report = await status(account.connect().session, NAME);
	expect(usesIn(report)).toEqual({ [one]: { render_sessions: 2 }, [two]: {} });
	expect(renderFleet(report, 0)).toMatch(new RegExp(`${two} +active.*, nobody on it`));
	// One whose tasks do not all say is not known: the rest would be too few.
	const name = [...account.world.parameters.keys()].find((key) => key.startsWith(taskStateParameter(NAME, two, '')));
	await account.world.aws.ssm.deleteParameters({ Names: [name ?? ''] });
	expect(usesIn(await status(account.connect().session, NAME))[two]).toBeNull();
});

test('no reaper takes it for anything, an end of the looking ends it, and nothing of it is left (A11.9)', async () => {
	account = await openAccount();
	const [one, two] = [await deployed(), await deployed()];
	account.sessions.set(one, 1).set(two, 3);
	const look = watcher();
	for (let at = 0; at < 6; at++) {
		await look();
		await later(30);
	}
	const { actions, kept } = await passOf(account);
	expect(actions).toEqual([]);
	expect(kept).toEqual(
		expect.arrayContaining([
			{ id: one, reason: 'in-use', detail: '2 render sessions' },
			{ id: two, reason: 'active' },
		]),
	);
	await later(10 * 60);
	const words = [...account.world.parameters].filter(([key]) => key.startsWith(taskStateParameter(NAME, two, '')));
	expect(words.map(([, { value }]) => value)).toEqual(['healthy', 'healthy']);
	expect(usesIn(await status(account.connect().session, NAME))[two]).toBeNull();
	// A version that drains is ended by its own word as ever, although an operator looks.
	account.sessions.set(one, 0);
	await look();
	await later(120);
	expect(usesIn(await look())).toEqual({ [one]: {}, [two]: { render_sessions: 6 } });
	expect((await passOf(account)).drained).toBe(1);
	await teardown(account.connect({ answers: [true] }).session, {
		deploymentName: NAME,
		force: true,
		pollSeconds: 1,
		dryRun: false,
	});
	expect([...account.world.parameters.keys()]).toEqual([]);
});

test('who recalls a version that does not drain is told who is on it, while another looks (A10.7, A11.9)', async () => {
	account = await openAccount();
	const recallPlan = async (deploymentId: string) => {
		const request = { verb: 'recall', deploymentName: NAME, deploymentId, when: 'now', dryRun: true } as const;
		return (await leave(account.connect().session, request)).plan.sessions?.text;
	};
	await deployed();
	const two = await deployed();
	account.sessions.set(two, 3);
	expect(await recallPlan(two)).toBe('On it: not known');
	await watcher()();
	await later(10);
	expect(await recallPlan(two)).toBe('On it: 6 render sessions');
	account.sessions.set(two, 0);
	await later(10);
	expect(await recallPlan(two)).toBe('On it: nobody');
});

test('status --watch reports until it is ended, and has tasks tell meanwhile (A13.6)', async () => {
	account = await openAccount();
	const one = await deployed();
	account.sessions.set(one, 4);
	const stop = new AbortController();
	const uses: unknown[] = [];
	const watching = watchStatus(account.connect({ signal: stop.signal }).session, NAME, (report) => {
		uses.push(usesIn(report)[one]);
		void later(10);
	});
	await expect.poll(() => uses, { timeout: 15_000 }).toEqual([null, { render_sessions: 8 }]);
	stop.abort();
	await watching;
	expect(uses).toHaveLength(2);
}, 20_000);

test('tasks of before tell nothing, and what may not be asked is said with the right that is missing (A11.9)', async () => {
	const old = serverProgram(async ({ env }) => {
		const meta = { status: 'ok', deployment_name: NAME, deployment_id: env.PULSE_AWS_DEPLOYMENT_ID };
		return createServer((_request, response) => void response.end(JSON.stringify(meta)));
	});
	account = await openAccount({ program: old });
	const one = await deployed();
	const look = watcher();
	await look();
	await later(60);
	expect(usesIn(await look())).toEqual({ [one]: null });
	// What asked them goes once no operator has looked for an hour.
	expect(account.world.parameters.has(askParameter(NAME))).toBe(true);
	await later(65 * 60);
	await passOf(account);
	expect(account.world.parameters.has(askParameter(NAME))).toBe(false);
	const denied = { faults: [{ call: 'ssm.putParameter', nth: 1, times: 99, kind: 'access-denied' } as const] };
	const { unread } = await watcher()(denied);
	expect(unread).toEqual([{ what: 'who is on versions that do not drain', missing_right: 'ssm:PutParameter' }]);
});

test('it costs one write a minute, and status asks what several of its parts need but once (A11.9)', async () => {
	account = await openAccount();
	for (let count = 0; count < 2; count++) await deployed();
	const { session, trace } = account.connect();
	await status(session, NAME);
	const { calls, polling } = trace.summary();
	expect(calls + polling).toBeLessThanOrEqual(20);
	expect(trace.count('ecs.describeTaskDefinition')).toBe(2);
	const { session: watching, trace: watched } = account.connect();
	const memory = new StatusMemory();
	for (let at = 0; at < 36; at++) {
		await status(watching, NAME, { memory, asks: true });
		await later(5);
	}
	expect(watched.count('ssm.putParameter')).toBeLessThanOrEqual(4);
});

test('who looks on at hundreds of tasks reads what they say as seldom as they say it (A11.9)', async () => {
	account = await openAccount();
	await deployed();
	const ask = { Name: askParameter(NAME), Value: askText(300), Type: 'String', Overwrite: true } as const;
	await account.world.aws.ssm.putParameter(ask);
	const { session, trace } = account.connect();
	const memory = new StatusMemory();
	const pages: number[] = [];
	for (let at = 0; at < 24; at++) {
		const before = trace.count('ssm.getParametersByPath');
		await status(session, NAME, { memory });
		pages.push(trace.count('ssm.getParametersByPath') - before);
		await later(5);
	}
	// What could be started again is looked up each half minute.
	const readings = pages.filter((read) => read > 0).length;
	expect([readings > 2, readings <= 7], String(readings)).toEqual([true, true]);
});
