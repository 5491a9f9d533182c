import { pino } from 'pino';
import { App } from 'pulse-app';
import { systemClock } from 'pulse-deploy-kit/clock';
import { recordingHost } from 'pulse-deploy-kit/recording-host';
import { Secret } from 'pulse-deploy-kit/secret';
import { io } from 'socket.io-client';
import { expect, onTestFinished, test } from 'vitest';
import { openBackends } from '../backends/backends.ts';
import { runJanitor } from '../janitor/run.ts';
import { inMemoryPlatform } from '../janitor/testing/in-memory-platform.ts';
import { POLICY } from '../janitor/testing/janitor-fixture.ts';
import { openStore } from '../stores/open.ts';
import { RailwayPlugin } from './railway-plugin.ts';

const TOKEN = 'internal-token';

interface Prerendered {
	readonly directives: { readonly socketio: { readonly auth: object; readonly query: Record<string, string> } };
}

test('a real app keeps its held tabs until the maximum age, and all pages have been told in their turns before it is deleted (R9.9, R9.10)', async () => {
	const app = new App({ listener: (_, response) => response.end('app'), plugins: [new RailwayPlugin()] });
	const env = { PULSE_DEPLOYMENT_ID: 'old', PULSE_RAILWAY_INTERNAL_TOKEN: TOKEN };
	const running = await app.listen({ port: 0, address: '127.0.0.1', logger: pino({ level: 'silent' }), env });
	onTestFinished(() => running.close({ budgetMs: 0 }));
	const done: string[] = [];
	const openPage = async (more: object) => {
		const response = await fetch(`${running.url}/_pulse/prerender`, { method: 'POST', body: '{"paths":["/"]}' });
		const [, { directives }] = (await response.json()) as [unknown, Prerendered];
		const cookie = response.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '';
		const { auth, query } = directives.socketio;
		const options = { transports: ['websocket'], extraHeaders: { cookie }, query, reconnection: false, forceNew: true };
		const socket = io(running.url, { ...options, auth: { ...auth, ...more } });
		onTestFinished(() => void socket.disconnect());
		socket.on('message', ([, message]) => done.push(`told ${JSON.stringify(message)}`));
		return socket;
	};
	const [held] = await Promise.all([openPage({ __pulse_safe_reload: 1 }), openPage({}), openPage({})]);
	await expect.poll(() => running.renderSessions().connected).toBe(3);
	held.emit('message', [[[], [], [], []], { type: 'presence', state: 'held', reason: 'unsaved draft' }]);
	await expect.poll(() => running.pages().held).toBe(1);

	let ahead = 0;
	const clock = { now: () => Date.now() + ahead, sleep: systemClock.sleep };
	const store = await openStore('memory:', { prefix: 'p', clock });
	const network = { address: () => ({ host: '127.0.0.1', port: running.port }), refresh: () => false };
	const backends = openBackends({ network, port: 8_000, token: new Secret(TOKEN) });
	onTestFinished(async () => {
		await backends.close();
		await store.close();
	});
	const world = inMemoryPlatform(done);
	for (const id of ['old', 'new']) {
		world.add(`svc-${id}`, { PULSE_DEPLOYMENT_ID: id });
		await store.register(id, `svc-${id}`);
		world.sharedVariables.PULSE_ACTIVE_DEPLOYMENT = id;
		await store.promote(id, `svc-${id}`);
	}
	const pass = () =>
		runJanitor({
			...{ store, backends, clock, platform: world.platform, policy: POLICY, owner: 'janitor here' },
			host: recordingHost(),
			signal: new AbortController().signal,
		});
	ahead = 3_600_000;
	const detail = '1 tab held ("unsaved draft"), 2 render sessions';
	expect(await pass()).toMatchObject({ deleted: [], kept: [{ id: 'old', reason: 'still_active', detail }] });
	expect(done).toEqual([]);
	ahead += POLICY.maxDrainAgeMs;
	expect(await pass()).toMatchObject({ deleted: [{ id: 'old', reason: 'max_drain_age' }] });
	expect(done.slice(0, 3).sort()).toEqual([
		'told {"type":"reload","within":0}',
		'told {"type":"reload"}',
		'told {"type":"reload"}',
	]);
	expect(done.slice(3)).toEqual(['delete id-svc-old']);
}, 30_000);
