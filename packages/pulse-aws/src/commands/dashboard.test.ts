import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from 'pulse-deploy-kit/clock';
import type { DashboardView } from 'pulse-deploy-kit/dashboard/view';
import { afterEach, expect, test, vi } from 'vitest';
import { dashboard } from './dashboard.ts';
import { deploy } from './deploy.ts';
import { rollback } from './rollback.ts';
import { type Account, asked, NAME, openAccount } from './testing/account.ts';

let account: Account;
afterEach(() => account.close());

const deployed = async () =>
	(await deploy(account.connect({ answers: Array(10).fill(true) }).session, await asked())).result?.deployment_id ?? '';

/** The page's own questions, without a browser: what it was told last, and its orders. */
async function opened(address: string, signal: AbortSignal) {
	const { origin, hash } = new URL(address);
	const authorization = `Bearer ${hash.slice(1)}`;
	const last: Record<string, unknown> = {};
	const response = await fetch(`${origin}/events`, { headers: { authorization }, signal });
	const reading = (async () => {
		let text = '';
		for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
			text += chunk;
			for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
				const [, event = '', data = 'null'] = /^event: (\w+)\ndata: (.*)$/s.exec(text.slice(0, end)) ?? [];
				text = text.slice(end + 2);
				last[event] = JSON.parse(data);
			}
		}
	})().catch(() => {});
	const post = (path: string, body: unknown) =>
		fetch(`${origin}${path}`, {
			method: 'POST',
			headers: { authorization, origin, 'content-type': 'application/json' },
			body: JSON.stringify(body),
		});
	return { last, post, reading, view: () => last.view as DashboardView };
}

test('the dashboard tells what status and history tell, and rolls back with the plan and question of the command (A13.5)', async () => {
	account = await openAccount();
	const [one, two] = [await deployed(), await deployed()];
	const stop = new AbortController();
	const { session } = account.connect({ signal: stop.signal });
	let address = '';
	const ended = dashboard(
		{ ...session, clock: systemClock },
		{
			deploymentName: NAME,
			port: 0,
			open: false,
			verbs: ['rollback'],
			onAddress: (given) => {
				address = given;
			},
			carryOut: async ({ id }, host, signal) => {
				const own = { ...account.connect({ signal }).session, host };
				const { result } = await rollback(own, { deploymentName: NAME, deploymentId: id, dryRun: false });
				return { json: result, text: `${result?.deployment_id} is active again.` };
			},
		},
	);
	await vi.waitFor(() => expect(address).not.toBe(''), { timeout: 10_000 });
	const page = await opened(address, stop.signal);
	await vi.waitFor(() => expect(page.view()?.activeId).toBe(two));
	const { place, back, versions, history, services } = page.view();
	expect([place, back.id]).toEqual([`${NAME} in ${session.aws.region}`, one]);
	expect(versions.map(({ id, state, running, cost }) => [id, state, running, cost])).toEqual([
		[two, 'active', '2 of 2 tasks', expect.stringMatching(/^about \$0\.\d+ an hour/)],
		[one, 'draining', '2 of 2 tasks', expect.stringMatching(/^about \$0\.\d+ an hour/)],
	]);
	expect(versions[1]?.offers.map(({ verb }) => verb)).toEqual(['rollback']);
	expect(history.map(({ event, deployment_id }) => [event, deployment_id])).toContainEqual(['activated', two]);
	expect(services.map(({ name }) => name)).toEqual([two, one]);
	expect((await page.post('/actions', { verb: 'rollback' })).status).toBe(202);
	await vi.waitFor(() => expect(page.last.action).toMatchObject({ phase: 'asking' }), { timeout: 10_000 });
	const action = page.last.action as { key: string; question: { number: number; text: string } };
	expect(action.question.text).toBe(`Send new visitors back to ${one}?`);
	expect(page.view().activeId).toBe(two);
	await page.post('/actions/answer', { key: action.key, question: action.question.number, yes: true });
	await vi.waitFor(() => expect(page.last.action).toMatchObject({ outcome: `${one} is active again.` }), {
		timeout: 20_000,
	});
	await vi.waitFor(() => expect(page.view().activeId).toBe(one), { timeout: 5_000 });
	stop.abort();
	await Promise.all([ended, page.reading, delay(0)]);
});

test('while no page looks, AWS is asked nothing, and while one does, a call a second and the rest every five (A13.5)', async () => {
	account = await openAccount();
	await deployed();
	const stop = new AbortController();
	const { session, trace } = account.connect({ signal: stop.signal });
	let address = '';
	const ended = dashboard(
		{ ...session, clock: systemClock },
		{
			deploymentName: NAME,
			port: 0,
			open: false,
			verbs: [],
			onAddress: (given) => {
				address = given;
			},
			carryOut: async () => ({ json: null }),
		},
	);
	await vi.waitFor(() => expect(address).not.toBe(''), { timeout: 10_000 });
	const calls = () => trace.records.length;
	const before = calls();
	await delay(1_500);
	expect(calls()).toBe(before);
	const page = await opened(address, stop.signal);
	await vi.waitFor(() => expect(calls()).toBeGreaterThan(before));
	stop.abort();
	await Promise.all([ended, page.reading]);
});
