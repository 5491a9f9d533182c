import { once } from 'node:events';
import { request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { scaledClock } from 'aws-world/clock/scaled-clock';
import { processProgram } from 'aws-world/tasks/process-program';
import { HAS_OWN_ADDRESSES } from 'aws-world/tasks/task-network';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { deploy } from '../../packages/pulse-aws/src/commands/deploy.ts';
import { type Account, asked, openAccount } from '../../packages/pulse-aws/src/commands/testing/account.ts';
import { until } from '../support/until.ts';
import { Visitor } from './visitor.ts';

const PULSE = fileURLToPath(new URL('../../packages/pulse-app/bin/pulse.js', import.meta.url));
const ENOUGH = 6;

/** As `test/aws/apps/tasks.mjs` answers a GET. */
interface Seen {
	readonly task: string;
	readonly url: string;
	readonly headers: readonly string[];
}

// One life of one deployment: each test goes on where the one before ended.
describe.runIf(HAS_OWN_ADDRESSES)('a page of one of two tasks, whatever task the load balancer chooses (A11.7)', () => {
	let on: Account;
	let origin: string;
	let visitor: Visitor;
	let home: string;
	const pins = () => new URLSearchParams(visitor.directives.query).toString();
	const at = (path: string) => `${path}?${pins()}`;
	const running = () => on.world.ecs.tasks.filter((task) => task.status === 'RUNNING' && task.desired === 'RUNNING');

	beforeAll(async () => {
		on = await openAccount({
			clock: scaledClock(20),
			stacks: { durationMs: 10_000 },
			program: processProgram([process.execPath, PULSE, 'run', 'tasks.mjs', '--prod', '--drain-seconds', '0'], {
				cwd: fileURLToPath(new URL('apps', import.meta.url)),
				addressIn: 'PULSE_ADDRESS',
			}),
		});
		await deploy(on.connect().session, await asked({ healthCheckTimeout: '25', drainPollSeconds: '1' }));
		origin = await on.origin();
		visitor = new Visitor(origin);
		await visitor.load();
		await visitor.connect();
		home = (await visitor.ask<{ task: string }>('increment')).task;
		expect(visitor.directives.query.pulse_replica).toMatch(/^[\w-]{22}$/);
		expect(running()).toHaveLength(2);
	}, 120_000);
	afterAll(() => on?.close());

	/** Each time as another browser, with the page's own cookies. */
	async function everywhere<T>(ask: () => Promise<T>): Promise<T[]> {
		const answers: T[] = [];
		for (let turn = 0; turn < ENOUGH; turn++) {
			visitor.forgetTask();
			answers.push(await ask());
		}
		return answers;
	}

	test('has its requests at its task, by query and by header; those of nobody go to both', async () => {
		const seen = async (path: string, headers = {}) => (await (await visitor.get(path, { headers })).json()) as Seen;
		const others = await everywhere(() => seen('/whose'));
		expect(new Set(others.map(({ task }) => task)).size).toBe(2);
		const byQuery = await everywhere(() => seen(at('/whose')));
		expect(new Set(byQuery.map(({ task }) => task))).toEqual(new Set([home]));
		const { pulse_replica: token = '' } = visitor.directives.query;
		const byHeader = await everywhere(() => seen('/whose', { 'x-pulse-replica': token }));
		expect(new Set(byHeader.map(({ task }) => task))).toEqual(new Set([home]));
		// As if the load balancer had asked that task itself.
		const names = ({ headers }: Seen) =>
			headers.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
		for (const answer of byQuery) {
			expect(answer.url).toBe(at('/whose'));
			expect(
				names(answer)
					.filter((name) => name !== 'connection')
					.sort(),
			).toEqual(
				names(byQuery[0] as Seen)
					.filter((name) => name !== 'connection')
					.sort(),
			);
			expect(answer.headers[answer.headers.findIndex((name) => /^x-forwarded-for$/i.test(name)) + 1]).toBe('127.0.0.1');
		}
		const cookies = await everywhere(async () => (await visitor.get(at('/whose'))).headers.getSetCookie());
		for (const lines of cookies) expect(lines).toEqual(expect.arrayContaining(['a=1', 'b=2']));
	});

	test('cannot choose by a proof of its own making, nor show one to the app', async () => {
		const headers = { 'x-pulse-replica-hop': 'forged' };
		const answers = await everywhere(async () => (await (await visitor.get(at('/whose'), { headers })).json()) as Seen);
		expect(new Set(answers.map(({ task }) => task))).toEqual(new Set([home]));
		for (const { headers: seen } of answers) expect(seen.join()).not.toMatch(/replica-hop/i);
	});

	test('has its streams at its task, event by event, and its uploads, part by part', async () => {
		await everywhere(async () => {
			const response = await visitor.get(at('/events'));
			const reader = (response.body as ReadableStream<Uint8Array>).getReader();
			expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe(`data: ${home}\n\n`);
			await reader.cancel();
		});
		await everywhere(async () => {
			const upload = request(`${origin}${at('/upload')}`, { method: 'POST', headers: { cookie: visitor.cookie() } });
			upload.write('x'.repeat(1000));
			const [response] = await once(upload, 'response');
			expect(response.headers['x-task']).toBe(home);
			const parts: string[] = [];
			const ended = once(response, 'end');
			response.on('data', (text: Buffer) => void parts.push(String(text)));
			await expect.poll(() => parts.join('')).toBe('1000\n');
			upload.end('y'.repeat(50));
			await ended;
			expect(parts.join('')).toBe('1000\n50\n');
		});
	});

	test('has its forms, its socket with what it counted, and websockets of the app at its task', async () => {
		const form = `/_pulse/forms/${visitor.directives.headers['X-Pulse-Render-Id']}/save`;
		const body = () => ({ method: 'POST', body: new URLSearchParams({ what: 'a thing' }) });
		expect(await everywhere(async () => (await visitor.get(at(form), body())).status)).toEqual(Array(ENOUGH).fill(204));
		let count = 1;
		await everywhere(async () => {
			visitor.leave();
			await visitor.connect();
			expect(await visitor.ask('increment')).toEqual({ count: ++count, task: home });
		});
		expect(visitor.reloads).toBe(0);
		await everywhere(async () => {
			const socket = new WebSocket(`${origin.replace('http', 'ws')}${at('/raw')}`);
			const [said] = await once(socket, 'message');
			expect(String(said)).toBe(home);
			const large = 'z'.repeat(300_000);
			socket.send(large);
			expect(String((await once(socket, 'message'))[0])).toBe(large);
			socket.close(4001, 'bye');
			expect((await once(socket, 'close'))[0]).toBe(4001);
		});
	});

	test('of nobody that there is, is told that it is stale, and its socket to reload', async () => {
		const lost = new Visitor(origin);
		await lost.load();
		const query = { ...lost.directives.query, pulse_replica: 'A'.repeat(22) };
		const answers = await everywhere(() => lost.get(`/whose?${new URLSearchParams(query)}`));
		for (const response of answers) {
			expect([response.status, response.headers.get('x-pulse-stale-affinity')]).toEqual([409, '1']);
		}
		lost.directives = { ...lost.directives, query, socketio: { auth: { render_id: 'of-another-life' }, query } };
		await lost.connect();
		await expect.poll(() => lost.reloads).toBe(1);
		lost.leave();
	});

	test('loads anew when its task has died, and no page of the other task notices', { timeout: 60_000 }, async () => {
		const other = new Visitor(origin);
		await until('a page of the other task', async () => {
			other.forgetTask();
			await other.load();
			await other.connect();
			if ((await other.ask<{ task: string }>('increment')).task !== home) return true;
			other.leave();
			return false;
		});
		running()
			.find((task) => task.id === home)
			?.containers[0]?.running.stop('SIGKILL');
		await expect.poll(() => visitor.connected()).toBe(false);
		const stale = await until('the load balancer to leave the dead one out', async () => {
			visitor.forgetTask();
			const response = await visitor.get(at('/whose'));
			return response.status === 502 ? null : response;
		});
		expect([stale.status, stale.headers.get('x-pulse-stale-affinity')]).toEqual([409, '1']);
		expect(other.connected()).toBe(true);
		expect((await other.ask<{ count: number }>('increment')).count).toBe(2);
		await until('another task in its place', () => running().length === 2);
		visitor.forgetTask();
		await visitor.load();
		await visitor.connect();
		expect((await visitor.ask<{ count: number }>('increment')).count).toBe(1);
		expect(other.reloads + visitor.reloads).toBe(0);
	});
});
