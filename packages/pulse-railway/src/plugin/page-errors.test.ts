import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { App, type PluginContext } from 'pulse-app';
import { Secret } from 'pulse-deploy-kit/secret';
import { io } from 'socket.io-client';
import { expect, it, onTestFinished } from 'vitest';
import { DOCUMENT } from '../../../pulse-edge/src/testing/ask.ts';
import { openBackends } from '../backends/backends.ts';
import { openPrivateNetwork } from '../private-network.ts';
import { startRouter } from '../router/testing/router.ts';
import { openStore } from '../stores/open.ts';
import { routerLine } from './ask-router.ts';
import { PageErrorTeller } from './page-errors.ts';
import { RailwayPlugin } from './railway-plugin.ts';

const TOKEN = 'internal-token';

/** As with a pulse-app that says nothing of what its pages say. */
class OlderPlugin extends RailwayPlugin {
	override onStart({ tellsPageErrors: _, ...context }: PluginContext): void {
		super.onStart(context);
	}
}

function networkFile() {
	const folder = mkdtempSync(join(tmpdir(), 'pulse-network-'));
	onTestFinished(() => rmSync(folder, { recursive: true }));
	const file = join(folder, 'network.json');
	return { file, write: (services: Record<string, string[]>) => writeFileSync(file, JSON.stringify(services)) };
}

async function replica(id: string, file: string, plugin: RailwayPlugin): Promise<number> {
	const app = new App({ listener: (_, response) => response.end('page'), plugins: [plugin] });
	const env = {
		PULSE_DEPLOYMENT_ID: id,
		PULSE_RAILWAY_INTERNAL_TOKEN: TOKEN,
		PULSE_RAILWAY_PRIVATE_NETWORK: file,
	};
	const running = await app.listen({ port: 0, address: '127.0.0.1', logger: pino({ level: 'silent' }), env });
	onTestFinished(() => running.close({ budgetMs: 0 }));
	return running.port;
}

/** Two router processes in front of two versions, each with two replicas; half of the visitors get the canary `two`. */
async function rollout(canaryPlugin = () => new RailwayPlugin(), activePlugin = () => new RailwayPlugin()) {
	const store = await openStore('memory:', { prefix: 'errors' });
	onTestFinished(() => store.close());
	const { file, write } = networkFile();
	const ports = {
		one: [await replica('one', file, activePlugin()), await replica('one', file, activePlugin())],
		two: [await replica('two', file, canaryPlugin()), await replica('two', file, canaryPlugin())],
	};
	const addresses = (all: readonly number[]) => all.map((port) => `127.0.0.1:${port}`);
	const services = { one: addresses(ports.one), two: addresses(ports.two) };
	write(services);
	const network = openPrivateNetwork({ file });
	const backends = openBackends({ network, port: 8_000, token: new Secret(TOKEN) });
	onTestFinished(() => backends.close());
	const deployments = { one: ports.one[0]!, two: ports.two[0]! };
	const options = {
		...{ store, deployments, network, internalToken: TOKEN, replicaSecret: TOKEN, brakeMs: 20, pageErrorsMs: 50 },
		tellsPageErrors: async (record: Parameters<typeof backends.sessions>[0]) => {
			const said = await backends.sessions(record);
			return said.reachable ? said.tellsPageErrors === true : null;
		},
	};
	const routers = [await startRouter(options), await startRouter({ ...options, deployments: {} })];
	write({ ...services, 'pulse-router': addresses(routers.map(({ port }) => port)) });
	const { beganAt } = await store.beginCanary('two', { share: 5_000, next: [], everyMs: null });
	const compared = () =>
		routers.map(({ lines }) => lines.findLast(({ event }) => event === 'canary-page-errors')?.compared);
	const count = () => store.canaryCount(beganAt);
	return { routers, compared, count };
}

/** Opens pages through the routers in turn, in one browser, and says that each has failed. */
async function visitor(routers: readonly { readonly port: number }[], name: string, pages: number): Promise<string> {
	const cookies = new Map<string, string>();
	let version = '';
	for (let page = 0; page < pages; page++) {
		const origin = `http://127.0.0.1:${routers[page % routers.length]!.port}`;
		const ask = async (path: string, init: RequestInit & { headers: Record<string, string> }) => {
			const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
			const answer = await fetch(origin + path, { ...init, headers: { ...init.headers, cookie, 'user-agent': name } });
			for (const line of answer.headers.getSetCookie()) {
				const [, key = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
				cookies.set(key, value);
			}
			return answer;
		};
		version = (await ask('/', { headers: DOCUMENT })).headers.get('x-pulse-selected-deployment') ?? '';
		const path = `/_pulse/prerender?pulse_deployment=${version}`;
		const [, { directives }] = await (await ask(path, { method: 'POST', body: '{"paths":["/"]}', headers: {} })).json();
		const { auth, query } = directives.socketio;
		const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
		const options = { transports: ['websocket'], auth, query, extraHeaders: { cookie }, reconnection: false };
		const socket = io(origin, { ...options, forceNew: true });
		onTestFinished(() => void socket.disconnect());
		await new Promise((resolve) => socket.once('connect', () => resolve(null)));
		socket.emit('message', [[[], [], [], []], { type: 'presence', state: 'visible', error: true }]);
	}
	return version;
}

it('a page of a Pulse app that fails counts against its version, once for each visitor, whatever replica and router it meets (R8.8) (R10.13)', async () => {
	const { routers, compared, count } = await rollout();
	await expect.poll(compared).toEqual([true, true]);
	const expected: Record<string, number> = { one: 0, two: 0 };
	const versions = await Promise.all([...'abcdefghijkl'].map((name) => visitor(routers, `Browser ${name}`, 2)));
	for (const version of versions) expected[version]!++;
	expect(expected.one! * expected.two!).toBeGreaterThan(0);
	const failures = async () => {
		const { active, canary } = await count();
		return { one: active.failures, two: canary.failures };
	};
	await expect.poll(failures).toEqual(expected);
	await new Promise((resolve) => setTimeout(resolve, 500));
	expect(await failures()).toEqual(expected);
});

it.each([
	['the active version', [() => new RailwayPlugin(), () => new OlderPlugin()] as const],
	['the canary', [() => new OlderPlugin(), () => new RailwayPlugin()] as const],
])(
	'where %s is of an older pulse-app, which does not tell, neither version is counted for telling (R8.8) (R10.13)',
	async (_, plugins) => {
		const { routers, compared, count } = await rollout(...plugins);
		await expect.poll(compared).toEqual([false, false]);
		for (let at = 0; at < 4; at++) await visitor(routers, `Browser ${at}`, 1);
		await new Promise((resolve) => setTimeout(resolve, 500));
		expect(compared()).toEqual([false, false]);
		const { active, canary } = await count();
		expect([active.failures, canary.failures]).toEqual([0, 0]);
		expect(active.trials + canary.trials).toBeGreaterThan(0);
	},
);

async function teller(server: Server) {
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { file, write } = networkFile();
	write({ 'pulse-router': [`127.0.0.1:${(server.address() as AddressInfo).port}`] });
	const env = { PULSE_RAILWAY_PRIVATE_NETWORK: file, PULSE_RAILWAY_INTERNAL_TOKEN: TOKEN };
	const router = routerLine(env, {});
	const made = new PageErrorTeller({ deploymentId: 'one', secret: TOKEN, router });
	onTestFinished(() => {
		made.close();
		server.closeAllConnections();
		server.close();
	});
	return made;
}

const DRAWN = 'other=1; pulse_canary=abc.12.500.xyz; sid=secret';

it('a router that does not answer, or of an older version, costs a bounded queue, and the app says that it is not heard (R10.13)', async () => {
	let open = 0;
	let most = 0;
	const hanging = createServer(() => {});
	hanging.on('connection', (socket) => {
		most = Math.max(most, ++open);
		socket.on('close', () => open--);
	});
	const unheard = await teller(hanging);
	expect(unheard.tells).toBe(false);
	for (let at = 0; at < 5_000; at++) unheard.tell(DRAWN, `visitor ${at}`);
	await expect.poll(() => most).toBe(5);
	await new Promise((resolve) => setTimeout(resolve, 300));
	expect([most, unheard.tells]).toEqual([5, false]);
	const older = await teller(createServer((_, response) => response.writeHead(404).end('{}')));
	expect(older.tells).toBe(false);
	await new Promise((resolve) => setTimeout(resolve, 200));
	expect(older.tells).toBe(false);
});

it('tells of nobody who was not drawn, of nobody twice, at a bounded rate, and no session id (R10.13)', async () => {
	const heard: { error?: { cookies: string; visitor: string } }[] = [];
	const server = createServer(async (request, response) => {
		let body = '';
		for await (const piece of request) body += piece;
		heard.push(JSON.parse(body));
		response.end('{}');
	});
	const told = await teller(server);
	for (const cookies of [undefined, '', 'sid=1', 'pulse_canary=r1.canary', 'x_pulse_canary=abc.12.500.xyz'])
		told.tell(cookies, 'a');
	for (let page = 0; page < 50; page++) told.tell(DRAWN, 'sid-of-one');
	for (let at = 0; at < 600; at++) told.tell(DRAWN, `sid-${at}`);
	await new Promise((resolve) => setTimeout(resolve, 700));
	expect(heard.length).toBeGreaterThan(8);
	expect(heard.length).toBeLessThanOrEqual(160);
	expect(heard.every(({ error }) => error?.cookies === 'pulse_canary=abc.12.500.xyz')).toBe(true);
	expect(new Set(heard.map(({ error }) => error?.visitor)).size).toBe(heard.length);
	expect(JSON.stringify(heard)).not.toMatch(/sid|secret/);
	// It falls behind, and says so while everything is still told.
	expect(told.tells).toBe(false);
});

it('each report goes to any router, or one version would look worse wherever its reports arrive (R10.13)', async () => {
	const heard = [0, 0];
	const servers = heard.map((_, at) =>
		createServer((_request, response) => {
			heard[at]!++;
			response.end('{}');
		}),
	);
	const ports = await Promise.all(
		servers.map(async (server) => {
			await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
			onTestFinished(() => void server.close());
			return (server.address() as AddressInfo).port;
		}),
	);
	const { file, write } = networkFile();
	write({ 'pulse-router': ports.map((port) => `127.0.0.1:${port}`) });
	const router = routerLine({ PULSE_RAILWAY_PRIVATE_NETWORK: file }, {});
	for (let report = 0; report < 40; report++) await router.askAny('/', {}, AbortSignal.timeout(5_000));
	expect(Math.min(...heard)).toBeGreaterThan(5);
});
