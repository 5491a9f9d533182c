import { setTimeout as delay } from 'node:timers/promises';
import type { CallRecord } from 'aws-world/calls/trace';
import { afterEach, expect, test, vi } from 'vitest';
import { askParameter } from '../protocol.ts';
import { deploy } from './deploy.ts';
import { type Account, asked, NAME, openAccount, passOf } from './testing/account.ts';
import { openDashboard } from './testing/open-dashboard.ts';

let account: Account;
afterEach(() => account.close());

const deployed = async () =>
	(await deploy(account.connect({ answers: Array(10).fill(true) }).session, await asked())).result?.deployment_id ?? '';

test('the dashboard tells what status and history tell, and rolls back with the plan and question of the command (A13.5)', async () => {
	account = await openAccount();
	const [one, two] = [await deployed(), await deployed()];
	const stop = new AbortController();
	const { session } = account.connect({ signal: stop.signal });
	const { page: opened, ended } = await openDashboard(session, NAME, stop.signal);
	const page = await opened();
	await vi.waitFor(() => expect(page.view()?.activeId).toBe(two));
	const { place, back, versions, history, services } = page.view();
	expect([place, back.id]).toEqual([`${NAME} in ${session.aws.region}`, one]);
	expect(versions.map(({ id, state, running, cost }) => [id, state, running, cost])).toEqual([
		[two, 'active', '2 of 2 tasks', expect.stringMatching(/^about \$0\.\d+ an hour/)],
		[one, 'draining', '2 of 2 tasks', expect.stringMatching(/^about \$0\.\d+ an hour/)],
	]);
	expect(versions[1]?.offers.map(({ verb }) => verb)).toEqual(['rollback', 'drain', 'recall']);
	expect(history.map(({ event, deployment_id }) => [event, deployment_id])).toContainEqual(['activated', two]);
	expect(services.map(({ name }) => name)).toEqual([two, one]);
	expect(await page.post('/actions', { verb: 'rollback' })).toBe(202);
	await vi.waitFor(() => expect(page.last.action).toMatchObject({ phase: 'asking' }), { timeout: 10_000 });
	const { key, question } = page.last.action as { key: string; question: { number: number; text: string } };
	expect(question.text).toBe(`Send new visitors back to ${one}?`);
	expect(page.view().activeId).toBe(two);
	await page.post('/actions/answer', { key, question: question.number, yes: true });
	await vi.waitFor(() => expect(page.last.action).toMatchObject({ outcome: `${one} is active again.` }), {
		timeout: 20_000,
	});
	await vi.waitFor(() => expect(page.view().activeId).toBe(one), { timeout: 5_000 });
	stop.abort();
	await ended;
});

test('a version that does not run any more is offered to be started again, with the plan of rollback --redeploy (A13.5)', async () => {
	account = await openAccount();
	const [one, two] = [await deployed(), await deployed()];
	for (let pass = 0; pass < 2; pass++) {
		await account.world.clock.sleep(10 * 60_000);
		await passOf(account);
	}
	const stop = new AbortController();
	const { session } = account.connect({ signal: stop.signal });
	const { page: opened, ended } = await openDashboard(session, NAME, stop.signal);
	const page = await opened();
	await vi.waitFor(() => expect(page.view()?.versions.map(({ id }) => id)).toEqual([two]));
	const { back } = page.view();
	expect([back.id, back.again.map(({ id }) => id)]).toEqual([null, [one]]);
	expect(back.text).toContain(`pulse-aws rollback --redeploy ${one}`);
	expect(await page.post('/actions', { verb: 'redeploy', id: one })).toBe(202);
	await vi.waitFor(() => expect(page.last.action).toMatchObject({ phase: 'asking' }), { timeout: 10_000 });
	const { key, question } = page.last.action as { key: string; question: { number: number; text: string } };
	expect(question.text).toContain(`Make ${one} anew as`);
	await page.post('/actions/answer', { key, question: question.number, yes: true });
	await vi.waitFor(() => expect(page.last.action).toMatchObject({ phase: 'done' }), { timeout: 20_000 });
	await vi.waitFor(() => expect(page.view().activeId).not.toBe(two), { timeout: 5_000 });
	stop.abort();
	await ended;
});

test('what a command writes down as it ends, seconds after it has moved visitors, is shown once it has ended (A13.5)', async () => {
	account = await openAccount();
	await deployed();
	const stop = new AbortController();
	const { session } = account.connect({ signal: stop.signal });
	const { page: opened, ended } = await openDashboard(session, NAME, stop.signal);
	const page = await opened();
	await vi.waitFor(() => expect(page.view()?.versions).toHaveLength(1));
	// As from a far away machine.
	let isMoved = false;
	const before = async ({ call }: CallRecord) => {
		if (isMoved) await delay(200);
		isMoved ||= call === 'elb.modifyListener';
	};
	const connected = account.connect({ before, answers: Array(10).fill(true) });
	const { result } = await deploy(connected.session, await asked());
	await vi.waitFor(() => expect(page.view().history[0]?.deployment_id).toBe(result?.deployment_id), { timeout: 9_000 });
	stop.abort();
	await ended;
}, 20_000);

test('the page shows who is on the active version too, within seconds, and that nobody is (A13.5)', async () => {
	account = await openAccount();
	const [one, two] = [await deployed(), await deployed()];
	account.sessions.set(two, 5);
	await account.world.clock.sleep(90_000);
	const stop = new AbortController();
	const { session } = account.connect({ signal: stop.signal });
	const { page: opened, ended } = await openDashboard(session, NAME, stop.signal);
	const page = await opened();
	await vi.waitFor(() => expect(account.world.parameters.has(askParameter(NAME))).toBe(true), { timeout: 5_000 });
	await account.world.clock.sleep(10_000);
	const shown = () => page.view()?.versions.map(({ id, people }) => [id, people.total]);
	await vi.waitFor(
		() =>
			expect(shown()).toEqual([
				[two, 10],
				[one, 0],
			]),
		{ timeout: 9_000 },
	);
	expect([page.view().people, page.view().untold]).toEqual([10, 0]);
	stop.abort();
	await ended;
}, 20_000);

test('while no page looks, AWS is asked nothing (A13.5)', async () => {
	account = await openAccount();
	await deployed();
	const stop = new AbortController();
	const { session, trace } = account.connect({ signal: stop.signal });
	const { page, ended } = await openDashboard(session, NAME, stop.signal);
	const calls = () => trace.records.length;
	const before = calls();
	await delay(1_500);
	expect(calls()).toBe(before);
	await page();
	await vi.waitFor(() => expect(calls()).toBeGreaterThan(before));
	stop.abort();
	await ended;
});
