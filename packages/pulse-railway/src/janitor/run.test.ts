import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, systemClock } from 'pulse-deploy-kit/clock';
import { recordingHost } from 'pulse-deploy-kit/recording-host';
import { Secret } from 'pulse-deploy-kit/secret';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DeploymentStore } from '../deployments/store.ts';
import type { ObservedService, Platform, StackObservation } from '../platform/port.ts';
import type { PrivateNetwork } from '../private-network.ts';
import { ACTIVE_DEPLOYMENT_VARIABLE, INTERNAL_TOKEN_HEADER, RELOAD_PATH, SESSIONS_PATH } from '../protocol.ts';
import { openStore } from '../stores/open.ts';
import { type RedisServer, redisServerMissing, startRedisServer } from '../stores/testing/redis-server.ts';
import { type Backends, openBackends } from './backends.ts';
import { type JanitorResult, runJanitor } from './run.ts';

const TOKEN = 'internal-token';
const POLICY = { drainGraceMs: 60_000, maxDrainAgeMs: 86_400_000 };
const missing = redisServerMissing();

/** Railway is not here: what the port promises, in memory, with the failures that a test asks for. */
function inMemoryPlatform(log: string[]) {
	const sharedVariables: Record<string, string> = {};
	const services: ObservedService[] = [];
	const platform = {
		fail: new Set<string>(),
		observed: 0,
		onObserve: async () => {},
		async observe(): Promise<StackObservation> {
			platform.observed++;
			await platform.onObserve();
			return {
				project: { id: 'p', name: 'p', workspaceId: null },
				environment: { id: 'e', name: 'production' },
				sharedVariables: { ...sharedVariables },
				services: [...services],
			};
		},
		async deleteService(serviceId: string) {
			log.push(`delete ${serviceId}`);
			if (platform.fail.has(serviceId)) throw new Error('the API is down');
			const at = services.findIndex(({ id }) => id === serviceId);
			if (at >= 0) services.splice(at, 1);
		},
	} satisfies Pick<Platform, 'observe' | 'deleteService'> & Record<string, unknown>;
	const add = (name: string, variables: Record<string, string | null> = {}) =>
		services.push({
			id: `id-${name}`,
			name,
			createdAt: '2026-01-01T00:00:00Z',
			groupId: null,
			variables,
			settings: {},
			domains: [],
			latestDeployment: null,
		} as ObservedService);
	return { platform, sharedVariables, services, add };
}

interface Backend {
	sessions: object | 'hang' | 'refuse';
	sockets: number;
}

function describeJanitor(name: string, open: (clock: Clock) => Promise<DeploymentStore>): void {
	describe(`the janitor over ${name}`, () => {
		let now: number;
		let store: DeploymentStore;
		let backends: Backends;
		let log: string[];
		let world: ReturnType<typeof inMemoryPlatform>;
		/** Running backends, by service name. */
		let running: Map<string, Server>;
		const slept: number[] = [];
		const clock: Clock = {
			now: () => now,
			sleep: (ms, signal) => {
				if (ms === 1_000) slept.push(ms);
				// The lock's renewal must not spin while time stands still.
				return ms > 5_000 ? systemClock.sleep(ms, signal) : Promise.resolve();
			},
		};

		beforeEach(async () => {
			now = Date.now();
			log = [];
			slept.length = 0;
			running = new Map();
			world = inMemoryPlatform(log);
			store = await open(clock);
			backends = openBackends({ network, port: 8_000, token: new Secret(TOKEN), totalMs: 500 });
		});
		afterEach(async () => {
			for (const server of running.values()) {
				server.closeAllConnections();
				await new Promise((resolve) => server.close(resolve));
			}
			await backends.close();
			await store.close();
		});

		const network: PrivateNetwork = {
			address: (serviceName) => {
				const address = running.get(serviceName)?.address();
				if (!address) throw new Error(`${serviceName} is not on the network`);
				return { host: '127.0.0.1', port: (address as AddressInfo).port };
			},
			refresh: () => false,
			close: () => {},
		};
		async function serve(id: string, app: Backend): Promise<void> {
			const server = createServer((request, response) => {
				if (request.headers[INTERNAL_TOKEN_HEADER] !== TOKEN) return response.writeHead(403).end();
				if (app.sessions === 'refuse') return response.writeHead(502).end();
				if (request.url === SESSIONS_PATH && app.sessions !== 'hang') return response.end(JSON.stringify(app.sessions));
				if (request.url !== RELOAD_PATH || request.method !== 'POST') return;
				log.push(`reload ${id}`);
				response.end(JSON.stringify({ reloaded_socket_count: app.sockets }));
			}).listen(0, '127.0.0.1');
			await new Promise((resolve) => server.once('listening', resolve));
			running.set(`svc-${id}`, server);
		}

		const idle = (id: string) => ({
			deployment_id: id,
			connected_render_count: 0,
			resumable_render_count: 0,
			render_session_count: 0,
			drainable: true,
			session_timeout_seconds: 60,
		});
		async function deploy(id: string, app: Partial<Backend> = {}) {
			world.add(`svc-${id}`, { PULSE_DEPLOYMENT_ID: id });
			await serve(id, { sessions: idle(id), sockets: 0, ...app });
			await store.register(id, `svc-${id}`);
			world.sharedVariables[ACTIVE_DEPLOYMENT_VARIABLE] = id;
			await store.promote(id, `svc-${id}`);
		}
		const host = recordingHost();
		const run = (more: Partial<Parameters<typeof runJanitor>[0]> = {}): Promise<JanitorResult> =>
			runJanitor({
				store,
				platform: world.platform,
				backends,
				policy: POLICY,
				owner: 'janitor here',
				host,
				clock,
				signal: new AbortController().signal,
				...more,
			});
		const states = async () =>
			Object.fromEntries((await store.snapshot()).deployments.map(({ id, state }) => [id, state]));

		it('deletes a drained deployment that nobody uses, in the order that leaves no tab behind', async () => {
			await deploy('old', { sockets: 1 });
			await deploy('new');
			now += 61_000;
			const wrapped = {
				...store,
				retire: (...args: Parameters<DeploymentStore['retire']>) => {
					log.push('retire old');
					return store.retire(...args);
				},
				remove: (...args: Parameters<DeploymentStore['remove']>) => {
					log.push('remove old');
					return store.remove(...args);
				},
			};
			const result = await run({ store: wrapped });
			expect(result).toMatchObject({ status: 'completed', draining: 1, deleted: [{ id: 'old', reason: 'drainable' }] });
			expect(log).toEqual(['retire old', 'reload old', 'delete id-svc-old', 'remove old']);
			expect(slept).toEqual([1_000]);
			expect(await states()).toEqual({ new: 'active' });
			expect(world.platform.observed).toBe(1);
			expect(host.text()).toContain('scan start; draining=1');
			expect(host.text()).toContain('delete old; reason=drainable');
			expect(host.text()).toContain('scan complete; deleted=1 skipped=0');
			expect(await store.lockHolder('janitor')).toBeNull();
		});

		it('keeps what is in grace, in use or unreachable, and says why', async () => {
			await deploy('used', { sessions: { deployment_id: 'used', render_session_count: 2, drainable: false } });
			await deploy('dead', { sessions: 'refuse' });
			await deploy('hung', { sessions: 'hang' });
			await deploy('other', { sessions: idle('somebody-else') });
			await deploy('socket');
			await deploy('seen');
			now += 3_600_000;
			await deploy('young');
			await deploy('new');
			now += 30_000;
			const quiet = { lastSeenAt: now - 3_000_000, inFlight: 0, sockets: 0, requestRate: 0 };
			await store.recordActivity({
				replicaId: '0123456789abcdef',
				at: now,
				ttlMs: 60_000,
				revision: 1,
				deployments: [
					{ ...quiet, id: 'socket', sockets: 1 },
					{ ...quiet, id: 'seen', lastSeenAt: now - 59_000 },
				],
			});
			const result = await run();
			if (result.status !== 'completed') throw new Error(result.reason);
			expect(result.deleted).toEqual([]);
			expect(Object.fromEntries(result.kept.map(({ id, reason }) => [id, reason]))).toEqual({
				used: 'still_active',
				dead: 'unreachable',
				hung: 'unreachable',
				other: 'unreachable',
				socket: 'still_active',
				seen: 'grace',
				young: 'grace',
			});
			expect(host.text()).toContain('keep used; reason=still_active; 2 render sessions');
			expect(log).toEqual([]);
		});

		it('deletes at the maximum age without asking, whoever is there', async () => {
			await deploy('old', { sessions: 'hang', sockets: 1 });
			await deploy('new');
			now += POLICY.maxDrainAgeMs;
			expect(await run()).toMatchObject({ deleted: [{ id: 'old', reason: 'max_drain_age' }] });
		});

		it('accepts the answer of either revision', async () => {
			await deploy('earlier', {
				sessions: { deployment_id: 'earlier', connected_render_count: 0, resumable_render_count: 0, drainable: true },
			});
			await deploy('later', { sessions: { deployment_id: 'later', render_session_count: 0, drainable: true } });
			await deploy('odd', { sessions: { deployment_id: 'odd', drainable: true } });
			await deploy('new');
			now += 121_000;
			const result = await run();
			expect(result).toMatchObject({
				deleted: [{ id: 'earlier' }, { id: 'later' }],
				kept: [{ id: 'odd', reason: 'unreachable' }],
			});
		});

		it('goes on after one failure, and the next run finishes what was left', async () => {
			await deploy('a');
			await deploy('b');
			await deploy('new');
			now += 121_000;
			world.platform.fail.add('id-svc-a');
			expect(await run()).toMatchObject({ deleted: [{ id: 'b' }], failed: [{ id: 'a', message: 'the API is down' }] });
			expect(await states()).toEqual({ a: 'retiring', new: 'active' });
			world.platform.fail.clear();
			expect(await run()).toMatchObject({ deleted: [{ id: 'a', reason: 'retiring' }], failed: [] });
			expect(await states()).toEqual({ new: 'active' });
		});

		it('drops the record of a run that was killed after its service was gone', async () => {
			await deploy('a');
			await deploy('new');
			await store.retire('a');
			world.services.splice(0, 1);
			now += 121_000;
			expect(await run()).toMatchObject({ draining: 0, reconciled: true });
			expect(await states()).toEqual({ new: 'active' });
		});

		it('is skipped while another one runs', async () => {
			await store.acquireLock({ name: 'janitor', owner: 'janitor there', token: 't', ttlMs: 60_000 });
			expect(await run()).toMatchObject({ status: 'skipped', reason: 'lock_held', holder: { owner: 'janitor there' } });
			expect(host.text()).toContain('skipped; lock already held');
			expect(world.platform.observed).toBe(0);
		});

		it('ends and changes nothing more when its lock is lost', async () => {
			await deploy('old');
			await deploy('new');
			now += 121_000;
			world.platform.onObserve = async () => {
				// As if it had expired.
				await store.releaseLock('janitor', token);
				await store.acquireLock({ name: 'janitor', owner: 'thief', token: 'u', ttlMs: 60_000 });
			};
			let token = '';
			const spied = {
				...store,
				acquireLock: (request: Parameters<DeploymentStore['acquireLock']>[0]) => {
					token = request.token;
					return store.acquireLock(request);
				},
			};
			await expect(run({ store: spied })).rejects.toMatchObject({ code: 'lock-lost' });
			expect(log).toEqual([]);
			expect(await store.lockHolder('janitor')).toMatchObject({ owner: 'thief' });
		});

		it('deletes nothing while a deploy or rollback runs', async () => {
			await deploy('old');
			await deploy('new');
			now += 121_000;
			await store.acquireLock({ name: 'deploy', owner: 'ann@laptop', token: 't', ttlMs: 60_000 });
			expect(await run()).toMatchObject({ kept: [{ id: 'old', reason: 'deploy_running', detail: 'ann@laptop' }] });
			expect(await states()).toEqual({ old: 'draining', new: 'active' });
		});

		it('keeps a deployment that was promoted after it was judged', async () => {
			await deploy('old');
			await deploy('new');
			now += 121_000;
			const slow = {
				...backends,
				sessions: async (...args: Parameters<Backends['sessions']>) => {
					await store.promote('old', 'svc-old');
					return backends.sessions(...args);
				},
			};
			expect(await run({ backends: slow })).toMatchObject({ deleted: [], kept: [{ id: 'old', reason: 'promoted' }] });
			expect(log).toEqual([]);
		});

		it('restores a store that lost everything', async () => {
			world.add('svc-old', { PULSE_DEPLOYMENT_ID: 'old' });
			world.add('svc-new', { PULSE_DEPLOYMENT_ID: 'new' });
			world.add('pulse-router');
			world.sharedVariables[ACTIVE_DEPLOYMENT_VARIABLE] = 'new';
			expect(await run()).toMatchObject({ reconciled: true, draining: 1, kept: [{ id: 'old', reason: 'grace' }] });
			expect(await states()).toEqual({ old: 'draining', new: 'active' });
		});

		it('leaves the service of a deploy in the making alone', async () => {
			await deploy('new');
			world.add('svc-next', { PULSE_DEPLOYMENT_ID: 'next' });
			now += POLICY.maxDrainAgeMs;
			expect(await run()).toMatchObject({ reconciled: false, draining: 0 });
			expect(await states()).toEqual({ new: 'active' });
			expect(await store.register('next', 'svc-next')).toMatchObject({ state: 'pending' });
		});

		it('completes a promotion that was cut off after its commit point', async () => {
			await deploy('old');
			world.add('svc-new', { PULSE_DEPLOYMENT_ID: 'new' });
			await store.register('new', 'svc-new');
			world.sharedVariables[ACTIVE_DEPLOYMENT_VARIABLE] = 'new';
			now += 121_000;
			expect(await run()).toMatchObject({ reconciled: true });
			expect(await states()).toEqual({ old: 'draining', new: 'active' });
		});

		it('never undoes a fresh promotion because the platform answers late', async () => {
			await deploy('old');
			await deploy('new');
			world.sharedVariables[ACTIVE_DEPLOYMENT_VARIABLE] = 'old';
			expect(await run()).toMatchObject({ status: 'skipped', reason: 'changing' });
			expect((await store.snapshot()).activeId).toBe('new');
		});

		it('gives way to a change that happens while it reads', async () => {
			await deploy('old');
			now += 121_000;
			world.add('svc-new', { PULSE_DEPLOYMENT_ID: 'new' });
			world.platform.onObserve = async () => void (await store.promote('new', 'svc-new'));
			expect(await run()).toMatchObject({ status: 'skipped', reason: 'changing' });
			expect((await store.snapshot()).activeId).toBe('new');
		});

		const inconsistent: Record<string, [RegExp, () => void]> = {
			'no active id': [
				/active deployment id is missing/,
				() => delete world.sharedVariables[ACTIVE_DEPLOYMENT_VARIABLE],
			],
			'an active id without service': [
				/does not match any backend service/,
				() => {
					world.sharedVariables[ACTIVE_DEPLOYMENT_VARIABLE] = 'lost';
				},
			],
			'one id twice': [/duplicate PULSE_DEPLOYMENT_ID/, () => world.add('copy', { PULSE_DEPLOYMENT_ID: 'old' })],
		};
		for (const [what, [message, spoil]] of Object.entries(inconsistent)) {
			it(`changes nothing when the platform says ${what}`, async () => {
				await deploy('old');
				await deploy('new');
				now += POLICY.maxDrainAgeMs;
				spoil();
				const before = await store.snapshot();
				await expect(run()).rejects.toThrow(message);
				expect(await store.snapshot()).toEqual(before);
				expect(log).toEqual([]);
				expect(await store.lockHolder('janitor')).toBeNull();
			});
		}

		it('has nothing to do without any deployment', async () => {
			world.add('pulse-router');
			expect(await run()).toMatchObject({ status: 'completed', draining: 0, deleted: [] });
		});

		it('only tells what it would do in a dry run', async () => {
			await deploy('old');
			world.add('svc-new', { PULSE_DEPLOYMENT_ID: 'new' });
			await deploy('newer');
			now += 121_000;
			const before = await store.snapshot();
			expect(await run({ dryRun: true })).toMatchObject({ deleted: [{ id: 'old', reason: 'drainable' }] });
			expect(await store.snapshot()).toEqual(before);
			expect(log).toEqual([]);
		});
	});
}

describeJanitor('memory', (clock) => openStore('memory:', { prefix: 'p', clock }));

describe.skipIf(missing !== null)(missing ?? 'with a real redis-server', () => {
	let redis: RedisServer;
	let stores = 0;
	beforeAll(async () => {
		redis = await startRedisServer();
	});
	afterAll(() => redis?.stop());
	describeJanitor('redis', (clock) => openStore(redis.url, { prefix: `p${stores++}`, clock }));
});
