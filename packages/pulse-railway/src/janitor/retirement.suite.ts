import { describe, expect, it } from 'vitest';
import type { Backends } from '../backends/backends.ts';
import type { DeploymentStore } from '../deployments/store.ts';
import { idle, type OpenStore, POLICY, useJanitor } from './testing/janitor-fixture.ts';

const ROLLBACK = { name: 'deploy', owner: 'ann@laptop', token: 't', ttlMs: 60_000 } as const;

export function describeRetirement(open: OpenStore): void {
	describe('a janitor that deletes', () => {
		const on = useJanitor(open);

		it('deletes a drained deployment that nobody uses, in the order that leaves no tab behind (R9.3, R9.10, R9.11)', async () => {
			await on.deploy('old', { sockets: 1 });
			await on.deploy('new');
			on.now += 61_000;
			const wrapped = {
				...on.store,
				retire: (...args: Parameters<DeploymentStore['retire']>) => {
					on.log.push('retire old');
					return on.store.retire(...args);
				},
				remove: (...args: Parameters<DeploymentStore['remove']>) => {
					on.log.push('remove old');
					return on.store.remove(...args);
				},
			};
			const result = await on.run({ store: wrapped });
			expect(result).toMatchObject({ status: 'completed', draining: 1, deleted: [{ id: 'old', reason: 'drainable' }] });
			expect(on.log).toEqual(['retire old', 'reload old {"within":0}', 'delete id-svc-old', 'remove old']);
			expect(on.slept).toEqual([1_000]);
			expect(await on.states()).toEqual({ new: 'active' });
			expect(on.world.platform.observed).toBe(1);
			expect(on.host.text()).toContain('scan start; draining=1');
			expect(on.host.text()).toContain('delete old; reason=drainable');
			expect(on.host.text()).toContain('scan complete; deleted=1 skipped=0');
			expect(await on.store.lockHolder('janitor')).toBeNull();
		});

		it('keeps what is in grace, in use or unreachable, and says why (R9.8, R9.9, R9.11)', async () => {
			await on.deploy('used', { sessions: { deployment_id: 'used', render_session_count: 2, drainable: false } });
			await on.deploy('dead', { sessions: 'refuse' });
			await on.deploy('hung', { sessions: 'hang' });
			await on.deploy('other', { sessions: idle('somebody-else') });
			await on.deploy('socket');
			await on.deploy('seen');
			on.now += 3_600_000;
			await on.deploy('young');
			await on.deploy('new');
			on.now += 30_000;
			const quiet = { lastSeenAt: on.now - 3_000_000, inFlight: 0, sockets: 0, requestRate: 0 };
			await on.store.recordActivity({
				replicaId: '0123456789abcdef',
				at: on.now,
				ttlMs: 60_000,
				revision: 1,
				deployments: [
					{ ...quiet, id: 'socket', sockets: 1 },
					{ ...quiet, id: 'seen', lastSeenAt: on.now - 59_000 },
				],
			});
			const result = await on.run();
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
			expect(on.host.text()).toContain('keep used; reason=still_active; 2 render sessions');
			expect(on.log).toEqual([]);
		});

		it('deletes at the maximum age without asking, whoever is there (R9.7)', async () => {
			await on.deploy('old', { sessions: 'hang', sockets: 1 });
			await on.deploy('new');
			on.now += POLICY.maxDrainAgeMs;
			expect(await on.run()).toMatchObject({ deleted: [{ id: 'old', reason: 'max_drain_age' }] });
		});

		it('at the maximum age waits until an app has told all of its pages in turns, and goes on after a second with one of before (R9.10, R10.6)', async () => {
			await on.deploy('before', { sockets: 2 });
			await on.deploy('today', { sockets: 500, overInSeconds: 3 });
			await on.deploy('new');
			on.now += POLICY.maxDrainAgeMs;
			expect(await on.run()).toMatchObject({ deleted: [{ id: 'before' }, { id: 'today' }] });
			expect(on.slept).toEqual([1_000, 4_000]);
			expect(on.log).toContain('reload today {"within":0}');
			const touched = (await on.store.history()).flatMap(({ event, touched }) =>
				event === 'deleted' ? [touched] : [],
			);
			expect(touched).toEqual([2, 500]);
			// One that claims to need for ever does not hold up the pass.
			await on.deploy('endless', { sockets: 1, overInSeconds: 86_400 });
			const record = await on.store.find('endless');
			expect(await on.backends.reload(record!, { within: 0 })).toEqual({ told: 1, overInMs: 30_000 });
			expect(await on.backends.reload(record!)).toEqual({ told: 1, overInMs: 0 });
		});

		it('keeps tabs that hold what their users would lose until the maximum age, and says how many and why, in words that are safe to print (R9.9, R9.11)', async () => {
			const said = { ...idle('old'), connected_render_count: 3, render_session_count: 3, drainable: false };
			const tabs = { busy_render_count: 0, idle_render_count: 1, hidden_render_count: 0, held_render_count: 2 };
			const reasons = ['unsaved\u001b[2J\ndraft "two"', 'x'.repeat(500)];
			const in_use = { requests: 0, streams: 1, websockets: 0, jobs: 2 };
			await on.deploy('old', { sessions: { ...said, ...tabs, held_reasons: reasons, in_use } });
			await on.deploy('new');
			on.now += 3_600_000;
			const line = `keep old; reason=still_active; 2 tabs held ("unsaved draft \\"two\\"", "${'x'.repeat(100)}"), 1 render session, 1 stream, 2 jobs`;
			expect(await on.run()).toMatchObject({ deleted: [], kept: [{ id: 'old' }] });
			expect(on.host.text()).toContain(line);
			// Also while the router sees their sockets, and would not have to ask.
			const activity = [{ id: 'old', lastSeenAt: on.now, inFlight: 0, sockets: 3, requestRate: 0 }];
			await on.store.recordActivity({
				replicaId: '0123456789abcdef',
				at: on.now,
				ttlMs: 60_000,
				revision: 1,
				deployments: activity,
			});
			expect(await on.run()).toMatchObject({ kept: [{ id: 'old', detail: line.split('; ')[2] }] });
			on.now += POLICY.maxDrainAgeMs;
			expect(await on.run()).toMatchObject({ deleted: [{ id: 'old', reason: 'max_drain_age' }] });
		});

		it('takes an answer whose later part makes no sense for what it says besides (R9.9)', async () => {
			const odd = { held_render_count: -1, held_reasons: 'x', in_use: { requests: 'many' } };
			await on.deploy('old', { sessions: { ...idle('old'), ...odd } });
			await on.deploy('new');
			on.now += 121_000;
			expect(await on.run()).toMatchObject({ deleted: [{ id: 'old', reason: 'drainable' }] });
		});

		it('accepts the answer of either revision (R9.9)', async () => {
			await on.deploy('earlier', {
				sessions: { deployment_id: 'earlier', connected_render_count: 0, resumable_render_count: 0, drainable: true },
			});
			await on.deploy('later', { sessions: { deployment_id: 'later', render_session_count: 0, drainable: true } });
			await on.deploy('odd', { sessions: { deployment_id: 'odd', drainable: true } });
			await on.deploy('new');
			on.now += 121_000;
			const result = await on.run();
			expect(result).toMatchObject({
				deleted: [{ id: 'earlier' }, { id: 'later' }],
				kept: [{ id: 'odd', reason: 'unreachable' }],
			});
		});

		it('keeps what was active before for its window, without asking it, and deletes what was there before that', async () => {
			await on.deploy('older');
			await on.deploy('before', { sessions: 'hang' });
			on.now += 1_000;
			await on.deploy('new');
			const policy = { ...POLICY, rollbackWindowMs: 3_600_000 };
			on.now += 3_599_000;
			const kept = [{ id: 'before', reason: 'rollback_window' }];
			expect(await on.run({ policy })).toMatchObject({ deleted: [{ id: 'older' }], kept });
			// It is the last one by itself, too, when it is looked at anew after a long deletion.
			expect(await on.run({ policy })).toMatchObject({ deleted: [], kept });
			on.now += 1_000;
			expect(await on.run({ policy })).toMatchObject({ kept: [{ id: 'before', reason: 'unreachable' }] });
		});

		it('deletes the older of two although the machine slept between looking and deleting', async () => {
			await on.deploy('older');
			await on.deploy('before');
			on.now += 1_000;
			await on.deploy('new');
			on.now += 121_000;
			const policy = { ...POLICY, rollbackWindowMs: 3_600_000 };
			const { backends } = on;
			const slow = {
				...backends,
				sessions: async (...asked: Parameters<typeof backends.sessions>) => {
					const answer = await backends.sessions(...asked);
					on.now += 4_000;
					return answer;
				},
			};
			expect(await on.run({ policy, backends: slow })).toMatchObject({
				deleted: [{ id: 'older' }],
				kept: [{ id: 'before', reason: 'rollback_window' }],
			});
		});

		it('goes on after one failure, and the next run finishes what was left', async () => {
			await on.deploy('a');
			await on.deploy('b');
			await on.deploy('new');
			on.now += 121_000;
			on.world.platform.fail.add('id-svc-a');
			expect(await on.run()).toMatchObject({
				deleted: [{ id: 'b' }],
				failed: [{ id: 'a', message: 'the API is down' }],
			});
			expect(await on.states()).toEqual({ a: 'retiring', new: 'active' });
			on.world.platform.fail.clear();
			expect(await on.run()).toMatchObject({ deleted: [{ id: 'a', reason: 'retiring' }], failed: [] });
			expect(await on.states()).toEqual({ new: 'active' });
		});

		it('is skipped while another one runs (R9.3)', async () => {
			await on.store.acquireLock({ name: 'janitor', owner: 'janitor there', token: 't', ttlMs: 60_000 });
			expect(await on.run()).toMatchObject({
				status: 'skipped',
				reason: 'lock_held',
				holder: { owner: 'janitor there' },
			});
			expect(on.host.text()).toContain('skipped; lock already held');
			expect(on.world.platform.observed).toBe(0);
		});

		it('ends and changes nothing more when its lock is lost', async () => {
			await on.deploy('old');
			await on.deploy('new');
			on.now += 121_000;
			on.world.platform.onObserve = async () => {
				// As if it had expired.
				await on.store.releaseLock('janitor', token);
				await on.store.acquireLock({ name: 'janitor', owner: 'thief', token: 'u', ttlMs: 60_000 });
			};
			let token = '';
			const spied = {
				...on.store,
				acquireLock: (request: Parameters<DeploymentStore['acquireLock']>[0]) => {
					token = request.token;
					return on.store.acquireLock(request);
				},
			};
			await expect(on.run({ store: spied })).rejects.toMatchObject({ code: 'lock-lost' });
			expect(on.log).toEqual([]);
			expect(await on.store.lockHolder('janitor')).toMatchObject({ owner: 'thief' });
		});

		it('deletes nothing while a deploy or rollback runs', async () => {
			await on.deploy('old');
			await on.deploy('new');
			on.now += 121_000;
			await on.store.acquireLock(ROLLBACK);
			expect(await on.run()).toMatchObject({ kept: [{ id: 'old', reason: 'deploy_running', detail: 'ann@laptop' }] });
			expect(await on.states()).toEqual({ old: 'draining', new: 'active' });
		});

		it('keeps a deployment that a rollback, killed before the router heard of it, made active on Railway', async () => {
			await on.deploy('old');
			await on.deploy('new');
			on.now += 121_000;
			const slow = {
				...on.backends,
				sessions: async (...args: Parameters<Backends['sessions']>) => {
					await on.store.acquireLock(ROLLBACK);
					on.world.sharedVariables.PULSE_ACTIVE_DEPLOYMENT = 'old';
					// It died, and its lock ran out.
					await on.store.releaseLock('deploy', ROLLBACK.token);
					return on.backends.sessions(...args);
				},
			};
			expect(await on.run({ backends: slow })).toMatchObject({
				deleted: [],
				kept: [{ id: 'old', reason: 'deploy_running' }],
			});
			expect(on.log).toEqual([]);
			on.now += 121_000;
			await on.run();
			expect(await on.states()).toEqual({ old: 'active', new: 'draining' });
		});

		it('keeps a deployment that such a rollback began on between two of its reads', async () => {
			await on.deploy('old');
			await on.deploy('new');
			on.now += 121_000;
			const racing = {
				...on.store,
				lastFence: async (...args: Parameters<DeploymentStore['lastFence']>) => {
					await on.store.acquireLock(ROLLBACK);
					return on.store.lastFence(...args);
				},
			};
			const slow = {
				...on.backends,
				sessions: async (...args: Parameters<Backends['sessions']>) => {
					on.world.sharedVariables.PULSE_ACTIVE_DEPLOYMENT = 'old';
					await on.store.releaseLock('deploy', ROLLBACK.token);
					return on.backends.sessions(...args);
				},
			};
			await on.run({ store: racing, backends: slow });
			expect(on.log).toEqual([]);
			expect(await on.states()).toEqual({ old: 'draining', new: 'active' });
		});

		it('keeps a deployment that was promoted after it was judged', async () => {
			await on.deploy('old');
			await on.deploy('new');
			on.now += 121_000;
			const slow = {
				...on.backends,
				sessions: async (...args: Parameters<Backends['sessions']>) => {
					await on.store.promote('old', 'svc-old');
					return on.backends.sessions(...args);
				},
			};
			expect(await on.run({ backends: slow })).toMatchObject({
				deleted: [],
				kept: [{ id: 'old', reason: 'promoted' }],
			});
			expect(on.log).toEqual([]);
		});

		it('that slept judges again before it deletes: visitors may have come back meanwhile', async () => {
			await on.deploy('first');
			await on.deploy('second');
			await on.deploy('new');
			on.now += 121_000;
			const { deleteService } = on.world.platform;
			const sleeping = async (serviceId: string) => {
				await deleteService(serviceId);
				if (serviceId !== 'id-svc-first') return;
				// While it deletes the first one, the machine sleeps, and a visitor comes back to the second.
				on.now += 600_000;
				await on.store.recordActivity({
					replicaId: '0123456789abcdef',
					at: on.now,
					ttlMs: 60_000,
					revision: 1,
					deployments: [{ id: 'second', lastSeenAt: on.now, inFlight: 0, sockets: 1, requestRate: 0 }],
				});
			};
			expect(await on.run({ platform: { ...on.world.platform, deleteService: sleeping } })).toMatchObject({
				deleted: [{ id: 'first' }],
				kept: [{ id: 'second', reason: 'still_active', detail: '1 socket' }],
			});
			expect(await on.states()).toEqual({ second: 'draining', new: 'active' });
		});

		it('that slept between the end of routing and the deletion leaves alone what was made active meanwhile', async () => {
			await on.deploy('old');
			await on.deploy('new');
			on.now += 121_000;
			const slow = {
				...on.backends,
				reload: async (...args: Parameters<Backends['reload']>) => {
					on.now += 600_000;
					on.world.sharedVariables.PULSE_ACTIVE_DEPLOYMENT = 'old';
					await on.store.reconcile(
						{ activeId: 'old', services: ['old', 'new'].map((id) => ({ id, serviceName: `svc-${id}` })) },
						{ ifRevision: (await on.store.snapshot()).revision },
					);
					return on.backends.reload(...args);
				},
			};
			expect(await on.run({ backends: slow })).toMatchObject({
				deleted: [],
				kept: [{ id: 'old', reason: 'promoted' }],
			});
			expect(on.log).toEqual(['reload old {"within":0}']);
			expect(await on.states()).toEqual({ old: 'active', new: 'draining' });
		});

		it('that slept while another janitor deleted, and a deploy took the id again, drops no record of that deploy', async () => {
			await on.deploy('old');
			await on.deploy('new');
			on.now += 121_000;
			const { deleteService } = on.world.platform;
			const sleeping = async (serviceId: string) => {
				await deleteService(serviceId);
				on.now += 600_000;
				await on.store.remove('old');
				await on.store.register('old', 'svc-old');
			};
			await on.run({ platform: { ...on.world.platform, deleteService: sleeping } });
			expect(await on.states()).toEqual({ old: 'pending', new: 'active' });
		});

		it('only tells what it would do in a dry run', async () => {
			await on.deploy('old');
			await on.deploy('new');
			on.now += 121_000;
			const before = await on.store.snapshot();
			expect(await on.run({ dryRun: true })).toMatchObject({ deleted: [{ id: 'old', reason: 'drainable' }] });
			expect(await on.store.snapshot()).toEqual(before);
			expect(on.log).toEqual([]);
		});
	});
}
