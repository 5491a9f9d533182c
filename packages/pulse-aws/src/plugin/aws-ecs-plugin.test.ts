import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Directives, PluginContext } from 'pulse-app';
import { afterEach, describe, expect, test } from 'vitest';
import { drainWord, lookForUse } from '../task/drain-word.ts';
import { AWSECSPlugin, type AWSECSPluginOptions, inUse } from './aws-ecs-plugin.ts';

const ENV = {
	PULSE_AWS_DEPLOYMENT_NAME: 'prod',
	PULSE_AWS_DEPLOYMENT_ID: 'prod-20260402-120000Z',
	PULSE_AWS_DRAIN_POLL_SECONDS: '5',
	PULSE_AWS_DRAIN_GRACE_SECONDS: '20',
};
const OWN = ENV.PULSE_AWS_DEPLOYMENT_ID;

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
	for (const step of cleanUp.splice(0).reverse()) await step();
});

/** A clock that stands still until the test moves it on, and tells when a sleep begins. */
function handClock() {
	let now = 1_000_000;
	const sleepers = new Set<{ until: number; wake: () => void }>();
	const settled = () => new Promise((resolve) => setImmediate(resolve));
	return {
		now: () => now,
		sleep: (ms: number, signal?: AbortSignal) =>
			new Promise<void>((resolve, reject) => {
				const onAbort = () => reject(signal?.reason);
				const wake = () => {
					signal?.removeEventListener('abort', onAbort);
					resolve();
				};
				sleepers.add({ until: now + ms, wake });
				signal?.addEventListener('abort', onAbort, { once: true });
			}),
		async advance(ms: number) {
			// Code that is about to sleep must be asleep before time moves.
			while (sleepers.size === 0) await settled();
			now += ms;
			for (const sleeper of [...sleepers]) {
				if (sleeper.until > now) continue;
				sleepers.delete(sleeper);
				sleeper.wake();
			}
			while (sleepers.size === 0) await settled();
		},
	};
}

function parameterStore(values = new Map<string, string>()) {
	const writes: [string, string][] = [];
	let failing = false;
	const meta = { $metadata: {} };
	return {
		values,
		writes,
		fail: (on: boolean) => {
			failing = on;
		},
		getParameters: async ({ Names }: { Names: string[] | undefined }) => {
			if (failing) throw Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
			return {
				...meta,
				Parameters: (Names ?? []).flatMap((Name) => (values.has(Name) ? [{ Name, Value: values.get(Name)! }] : [])),
			};
		},
		putParameter: async ({ Name, Value }: { Name: string | undefined; Value: string | undefined }) => {
			writes.push([Name ?? '', Value ?? '']);
			values.set(Name ?? '', Value ?? '');
			return { ...meta };
		},
	};
}

const NO_PAGES = { busy: 0, idle: 0, hidden: 0, held: 0, heldReasons: [] as string[] };
const NO_USE = { sockets: 0, requests: 0, requestsBegun: 0, streams: 0, websockets: 0, jobs: 0 };

async function started(
	env: Record<string, string> = ENV,
	options: AWSECSPluginOptions = {},
	sessions: { total: number; pages?: typeof NO_PAGES; jobs?: number; streams?: number } = { total: 0 },
	/** Given: an app whose pages know no time, and what it is told. */
	older?: string[],
) {
	const reloads: (number | undefined)[][] = [];
	const warnings: string[] = [];
	const log = {
		info: () => {},
		warn: (_: object, text: string) => void warnings.push(text),
		error: (_: object, text: string) => void warnings.push(text),
	};
	const context = {
		environment: 'prod',
		env,
		sessionTimeoutSeconds: 60,
		renderSessions: () => ({ total: sessions.total, connected: sessions.total, resumable: 0 }),
		inUse: () => {
			const { total, jobs = 0, streams = 0 } = sessions;
			return { ...NO_USE, renderSessions: total, jobs, streams, requests: streams };
		},
		pages: () => sessions.pages ?? NO_PAGES,
		passedOn: () => {},
		reload: () => older?.push('reload') ?? 0,
		...(older === undefined
			? {
					reloadWithin: (...asked: number[]) => {
						reloads.push(asked);
						return { pages: 0, overInMs: 0 };
					},
					takeBackReload: () => reloads.push([]),
				}
			: {}),
		log,
	} as PluginContext;
	const plugin = new AWSECSPlugin({ ssm: parameterStore(), random: () => 0, clock: handClock(), ...options });
	await plugin.onStart(context);
	cleanUp.push(() => plugin.onStop());
	return { plugin, warnings, reloads };
}

async function listening(server: Server): Promise<string> {
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	cleanUp.push(async () => {
		server.closeAllConnections();
		server.close();
	});
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function serve(plugin: AWSECSPlugin): Promise<string> {
	return listening(
		createServer(async (request, response) => (await plugin.onRequest(request, response)) || response.end('app')),
	);
}

test('constructing it does nothing, and a deploy tool recognises it', () => {
	expect(new AWSECSPlugin()).toMatchObject({ name: 'aws-ecs', [Symbol.for('pulse.plugin')]: 1 });
});

describe('A11.1: its variables', () => {
	const start = (environment: 'prod' | 'ci' | 'dev', env: Record<string, string>) => {
		const plugin = new AWSECSPlugin({ ssm: parameterStore(), clock: handClock() });
		cleanUp.push(() => plugin.onStop());
		return plugin.onStart({ environment, env } as PluginContext);
	};

	test.each(['prod', 'ci'] as const)('stop the start when they are missing (%s), naming them', async (environment) => {
		const { PULSE_AWS_DEPLOYMENT_ID: _, ...rest } = ENV;
		await expect(start(environment, rest)).rejects.toThrow('Missing required env vars: PULSE_AWS_DEPLOYMENT_ID');
	});

	test('may be missing in development', async () => {
		await expect(start('dev', {})).resolves.toBeUndefined();
	});

	test('may all be missing in production on Railway, where the plugin leaves everything to the other', async () => {
		const { plugin } = await started({ PULSE_DEPLOYMENT_ID: 'prod-260402-120000' });
		const directives: Directives = { headers: {}, query: {}, socketio: { auth: {}, headers: {}, query: {} } };
		plugin.onPrerender(directives);
		expect(directives.query).toEqual({});
		expect(plugin.onConnect({ pulse_deployment: 'other' })).toBe(true);
		const base = await serve(plugin);
		for (const path of ['/_pulse/meta', '/?pulse_deployment=other']) {
			expect(await (await fetch(`${base}${path}`)).text()).toBe('app');
		}
	});

	test.each<['prod' | 'ci', Record<string, string>]>([
		['prod', {}],
		['ci', {}],
		['prod', { ECS_CONTAINER_METADATA_URI_V4: 'http://127.0.0.1:1' }],
		['prod', { ECS_CONTAINER_METADATA_URI_V4: 'http://127.0.0.1:1', PULSE_DEPLOYMENT_ID: 'x' }],
		['prod', { PULSE_DEPLOYMENT_ID: ' ' }],
	])('stop the start where all are missing (%s, %j)', async (environment, env) => {
		await expect(start(environment, env)).rejects.toThrow('Missing required env vars: PULSE_AWS_DEPLOYMENT_NAME, ');
	});

	test('must be integers where they are numbers', async () => {
		await expect(start('prod', { ...ENV, PULSE_AWS_DRAIN_POLL_SECONDS: '2.5' })).rejects.toThrow(
			'DRAIN_POLL_SECONDS must be an integer',
		);
	});
});

test('A11.4: directives pin the page and its socket to this deployment, and nothing more', async () => {
	const { plugin } = await started();
	const directives: Directives = { headers: {}, query: {}, socketio: { auth: {}, headers: {}, query: { old: '1' } } };
	plugin.onPrerender(directives);
	expect(directives.query).toEqual({ pulse_deployment: OWN });
	expect(directives.socketio.query).toEqual({ pulse_deployment: OWN });
});

describe('requests', () => {
	test('A11.5: meta names the deployment; disabled it answers 503', async () => {
		const { plugin } = await started();
		const answer = await fetch(`${await serve(plugin)}/_pulse/meta?pulse_deployment=${OWN}`);
		expect([answer.status, await answer.json()]).toEqual([
			200,
			{ status: 'ok', deployment_name: 'prod', deployment_id: OWN, api_prefix: '/_pulse' },
		]);
		expect((await fetch(`${await serve(new AWSECSPlugin())}/_pulse/meta`)).status).toBe(503);
	});

	test('A11.6: a page ends the cookie that a container app of its name left, beside the cookies of the app; a part does not', async () => {
		const { plugin } = await started();
		const base = await listening(
			createServer(async (request, response) => {
				if (await plugin.onRequest(request, response)) return;
				response.appendHeader('set-cookie', 'own=1');
				response.end('app');
			}),
		);
		const cookies = async (headers: Record<string, string>, path = '/') =>
			(await fetch(base + path, { headers, redirect: 'manual' })).headers.getSetCookie();
		const page = { 'sec-fetch-dest': 'document' };
		const left = { cookie: 'theme=dark; pulse_page=prod-20260401-120000Z' };
		expect(await cookies({ ...page, ...left })).toEqual(['pulse_page=; Path=/; SameSite=Lax; Max-Age=0', 'own=1']);
		expect(await cookies({ ...page, cookie: 'theme=dark; my_pulse_page=1' })).toEqual(['own=1']);
		expect(await cookies(page)).toEqual(['own=1']);
		expect(await cookies({ ...left, 'sec-fetch-dest': 'script' }, '/part.js')).toEqual(['own=1']);
		expect(await cookies({ ...page, ...left, purpose: 'prefetch' })).toEqual(['own=1']);
	});

	test('of this deployment and of none reach the app', async () => {
		const { plugin } = await started();
		const base = await serve(plugin);
		for (const path of [
			'/',
			'/?pulse_deployment=',
			`/?pulse_deployment=gone&pulse_deployment=${OWN}`,
			'/_pulse/health?pulse_deployment=gone',
		]) {
			expect(await (await fetch(base + path)).text(), path).toBe('app');
		}
	});

	test('decision 17: of a deployment that is gone get the stale marker that browsers can read', async () => {
		const { plugin } = await started();
		const url = `${await serve(plugin)}/_pulse/prerender?pulse_deployment=gone`;
		const answer = await fetch(url, {
			method: 'POST',
			body: 'x'.repeat(100_000),
			headers: { origin: 'https://app.example.com' },
		});
		expect([answer.status, await answer.json()]).toEqual([409, { detail: 'stale affinity' }]);
		expect(Object.fromEntries(answer.headers)).toMatchObject({
			'x-pulse-stale-affinity': '1',
			'access-control-allow-origin': 'https://app.example.com',
			'access-control-allow-credentials': 'true',
			'access-control-expose-headers': 'x-pulse-stale-affinity',
			vary: 'Origin',
		});
	});

	test('R2.5: preflights of a deployment that is gone are answered', async () => {
		const { plugin } = await started();
		const answer = await fetch(`${await serve(plugin)}/x?pulse_deployment=gone`, {
			method: 'OPTIONS',
			headers: {
				origin: 'https://a.example',
				'access-control-request-method': 'PUT',
				'access-control-request-headers': 'x-a',
			},
		});
		expect(answer.status).toBe(204);
		expect(answer.headers.get('access-control-allow-methods')).toBe('PUT');
		expect(answer.headers.get('access-control-allow-headers')).toBe('x-a');
	});

	test.each([
		['/next?a=1', 302],
		['https://evil.example/x', 409],
		['//evil.example/x', 409],
		['\\\\evil.example/x', 409],
		['javascript:alert(1)', 409],
		['https://HOST/x', 302],
		['http://HOST/x', 409],
		['https://user:pw@HOST/x', 409],
	])('R2.6: a page loader is sent on to %s only on this host', async (written, status) => {
		const { plugin } = await started();
		const url = await serve(plugin);
		const location = written.replace('HOST', new URL(url).host);
		const answer = await fetch(`${url}/x?pulse_deployment=gone`, {
			redirect: 'manual',
			headers: { 'x-pulse-client-loader': '1', 'x-pulse-client-loader-location': location },
		});
		expect(answer.status).toBe(status);
		expect(answer.headers.get('location')).toBe(status === 302 ? location : null);
		expect(answer.headers.get('x-pulse-stale-affinity')).toBe('1');
	});

	test('sockets of a deployment that is gone are told to reload', async () => {
		const { plugin } = await started();
		expect(plugin.onConnect({ pulse_deployment: 'gone' })).toBe('reload');
		expect(plugin.onConnect({ pulse_deployment: OWN })).toBe(true);
		expect(plugin.onConnect({})).toBe(true);
	});
});

describe('A11.3: the drain watch', () => {
	const STATE = `/apps/prod/${OWN}/state`;
	const TASK = `/apps/prod/${OWN}/tasks/t-1`;

	test('tells its pages by when they are to move, once for each word, and not of an active deployment (A10.7)', async () => {
		const clock = handClock();
		const ssm = parameterStore();
		const { reloads } = await started({ ...ENV, PULSE_AWS_TASK_ID: 't-1' }, { clock, ssm });
		const say = (inMs: number) => {
			const by = new Date(clock.now() + inMs).toISOString();
			ssm.values.set(`/apps/prod/${OWN}/departure/state`, `recalled by ${by} said ${by}`);
		};
		say(600_000);
		await clock.advance(5000);
		expect(reloads).toEqual([]);
		ssm.values.set(STATE, 'draining');
		for (let poll = 0; poll < 3; poll++) await clock.advance(5000);
		expect(reloads).toEqual([[590]]);
		say(60_000);
		for (let poll = 0; poll < 2; poll++) await clock.advance(5000);
		expect(reloads).toEqual([[590], [55]]);
		// Taken back, they may stay.
		ssm.values.delete(`/apps/prod/${OWN}/departure/state`);
		for (let poll = 0; poll < 2; poll++) await clock.advance(5000);
		expect(reloads).toEqual([[590], [55], []]);
	});

	test('tells the pages of an older pulse-app, which knows no time, when it is over (A10.7)', async () => {
		const clock = handClock();
		const ssm = parameterStore(new Map([[STATE, 'draining']]));
		const told: string[] = [];
		await started({ ...ENV, PULSE_AWS_TASK_ID: 't-1' }, { clock, ssm }, { total: 0 }, told);
		const by = new Date(clock.now() + 20_000).toISOString();
		ssm.values.set(`/apps/prod/${OWN}/departure/state`, `drained by ${by} said ${by}`);
		for (let poll = 0; poll < 3; poll++) await clock.advance(5000);
		expect(told).toEqual([]);
		for (let poll = 0; poll < 2; poll++) await clock.advance(5000);
		expect(told).toEqual(['reload']);
	});

	test('says healthy at once, draining after the grace without sessions, and takes it back when sessions return or a rollback comes', async () => {
		const clock = handClock();
		const ssm = parameterStore();
		const sessions = { total: 0 };
		const { warnings } = await started({ ...ENV, PULSE_AWS_TASK_ID: 't-1' }, { clock, ssm }, sessions);
		const words = () => ssm.writes.map(([name, word]) => (name === TASK ? word : name));
		await clock.advance(5000);
		expect(words()).toEqual(['healthy']);
		ssm.values.set(STATE, 'draining');
		sessions.total = 1;
		for (let poll = 0; poll < 6; poll++) await clock.advance(5000);
		expect(words()).toEqual(['healthy']);
		sessions.total = 0;
		for (let poll = 0; poll < 4; poll++) await clock.advance(5000);
		expect(words()).toEqual(['healthy']);
		await clock.advance(5000);
		expect(words()).toEqual(['healthy', 'draining']);
		sessions.total = 2;
		await clock.advance(5000);
		const back = 'healthy {"render_sessions":2}';
		expect(words()).toEqual(['healthy', 'draining', back]);
		sessions.total = 0;
		for (let poll = 0; poll < 5; poll++) await clock.advance(5000);
		ssm.values.set(STATE, 'active');
		await clock.advance(5000);
		expect(words()).toEqual(['healthy', 'draining', back, 'draining', 'healthy']);
		expect(warnings).toEqual([]);
	});

	test('says by its reason what holds a task that drains, by the minute at most, and that alone', async () => {
		const clock = handClock();
		const ssm = parameterStore();
		const sessions = {
			total: 2,
			streams: 0,
			jobs: 0,
			pages: { ...NO_PAGES, held: 1, heldReasons: ['draft\u001b[2J'] },
		};
		await started({ ...ENV, PULSE_AWS_TASK_ID: 't-1' }, { clock, ssm }, sessions);
		const words = () => ssm.writes.map(([, word]) => word);
		for (let poll = 0; poll < 20; poll++) await clock.advance(5000);
		expect(words()).toEqual(['healthy']);
		ssm.values.set(STATE, 'draining');
		await clock.advance(5000);
		const held = 'healthy {"render_sessions":2,"held":1,"held_reasons":["draft[2J"]}';
		expect(words()).toEqual(['healthy', held]);
		Object.assign(sessions, { total: 0, streams: 1, pages: NO_PAGES });
		for (let poll = 0; poll < 11; poll++) {
			sessions.jobs = poll;
			await clock.advance(5000);
		}
		expect(words()).toEqual(['healthy', held]);
		await clock.advance(5000);
		expect(words()).toEqual(['healthy', held, 'healthy {"streams":1,"jobs":10}']);
		// Work of the app alone holds it.
		Object.assign(sessions, { streams: 0, jobs: 1 });
		for (let poll = 0; poll < 30; poll++) await clock.advance(5000);
		expect(words().at(-1)).toBe('healthy {"jobs":1}');
		sessions.jobs = 0;
		for (let poll = 0; poll < 5; poll++) await clock.advance(5000);
		expect(words().at(-1)).toBe('draining');
	});

	test('of a deployment that drains has who is still there load anew when its task is told to end, and of no other', async () => {
		const clock = handClock();
		const ssm = parameterStore();
		const { plugin, reloads } = await started(ENV, { clock, ssm });
		plugin.onStopping(10_000);
		ssm.values.set(STATE, 'active');
		await clock.advance(5000);
		plugin.onStopping(10_000);
		expect(reloads).toEqual([]);
		ssm.values.set(STATE, 'draining');
		await clock.advance(5000);
		plugin.onStopping(10_000);
		plugin.onStopping(0);
		expect(reloads).toEqual([
			[0, 8_000],
			[0, 0],
		]);
	});

	test('outlives failing calls', async () => {
		const clock = handClock();
		const ssm = parameterStore();
		ssm.fail(true);
		const { warnings } = await started(ENV, { clock, ssm });
		for (let poll = 0; poll < 3; poll++) await clock.advance(5500);
		expect(ssm.writes).toEqual([]);
		expect(warnings.length).toBeGreaterThan(0);
		ssm.fail(false);
		await clock.advance(5500);
		expect(ssm.writes.map(([, word]) => word)).toEqual(['healthy']);
	});

	test('A11.2: learns the id of its task from Fargate', async () => {
		const metadata = await listening(
			createServer((request, response) =>
				response.end(
					request.url === '/v4/task' ? JSON.stringify({ TaskARN: 'arn:aws:ecs:eu-west-1:1:task/prod/t-1' }) : '{}',
				),
			),
		);
		const ssm = parameterStore();
		const clock = handClock();
		await started(
			{ ...ENV, ECS_CONTAINER_METADATA_URI_V4: `${metadata}/v4`, PULSE_AWS_TASK_ID: 'other' },
			{ ssm, clock },
		);
		await clock.advance(5500);
		expect(ssm.writes.map(([name]) => name)).toEqual([TASK]);
	});
});

test('the grace counts from when the task first saw the deployment draining with nobody on it', () => {
	const facts = { state: 'draining', inUse: false, graceMs: 20 };
	expect(drainWord({ ...facts, idleSince: null, now: 100 })).toEqual({ word: 'healthy', idleSince: 100 });
	expect(drainWord({ ...facts, idleSince: 100, now: 119 }).word).toBe('healthy');
	expect(drainWord({ ...facts, idleSince: 100, now: 120 }).word).toBe('draining');
	expect(drainWord({ ...facts, idleSince: 100, now: 500, inUse: true })).toEqual({ word: 'healthy', idleSince: null });
	expect(drainWord({ ...facts, state: null, idleSince: 100, now: 500 })).toEqual({ word: 'healthy', idleSince: null });
});

test('decision 21: sessions, sockets and requests in flight hold a task, and requests that came and went between two looks', () => {
	const nothing = { renderSessions: 0, sockets: 0, requests: 0, requestsBegun: 0 };
	let now = nothing;
	const look = lookForUse(() => now);
	expect(look()).toBe(false);
	for (const held of [{ renderSessions: 1 }, { sockets: 1 }, { requests: 1 }, { jobs: 1 }]) {
		now = { ...nothing, ...held };
		expect(look(), JSON.stringify(held)).toBe(true);
	}
	now = { ...nothing, requestsBegun: 3 };
	expect([look(), look()]).toEqual([true, false]);
});

test('an app with an older pulse-app is held by its render sessions', () => {
	let total = 1;
	const older = { renderSessions: () => ({ total, connected: total, resumable: 0 }) } as PluginContext;
	const look = lookForUse(() => inUse(older));
	expect(look()).toBe(true);
	total = 0;
	expect(look()).toBe(false);
});
