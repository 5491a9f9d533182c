import { describe, expect, it } from 'vitest';
import type { RenderSessions } from '../backends/render-sessions.ts';
import type { DeploymentState } from '../deployments/record.ts';
import { letDrainStep } from '../steps/reconcile.ts';
import { settle } from './settle.ts';
import { live, NOW, stack } from './testing/stack.ts';

interface Case {
	readonly active?: string;
	readonly backends?: readonly string[];
	readonly live?: Readonly<Record<string, DeploymentState>>;
	readonly promotedAt?: number;
	/** Those whose deployment succeeded; others never ran. */
	readonly running?: readonly string[];
	/** What they say of themselves: how many sessions, or nothing. */
	readonly sessions?: Readonly<Record<string, number | null>>;
}

const SUCCESS = { id: 'd', status: 'SUCCESS' as const, stopped: false, createdAt: '' };

function settlement(one: Case) {
	const { active, backends = [], live: states = {}, promotedAt, running = [], sessions = {} } = one;
	const observed = stack({ backends, ...(active === undefined ? {} : { active }) });
	const services = observed.services.map((service) =>
		running.includes(service.name) ? { ...service, latestDeployment: SUCCESS } : service,
	);
	const snapshot = live(states, promotedAt === undefined ? {} : { promotedAt });
	const said = Object.entries(sessions).map(([id, total]): [string, RenderSessions] => [
		id,
		total === null
			? { reachable: false, detail: 'no answer' }
			: { reachable: true, total, connected: total, drainable: total === 0 },
	]);
	return settle({ ...observed, services }, snapshot, NOW, Object.fromEntries(said));
}

function settled(one: Case) {
	const { steps, activeId, warnings, deleted } = settlement(one);
	return { steps: steps.map(({ id }) => id), activeId, warned: warnings.length > 0, deleted: [...deleted] };
}

describe('before anything new begins', () => {
	it('a stack in order needs nothing', () => {
		expect(settled({ active: 'b', backends: ['a', 'b'], live: { a: 'draining', b: 'active' } })).toEqual({
			steps: [],
			activeId: 'b',
			warned: false,
			deleted: [],
		});
		expect(settled({}).steps).toEqual([]);
	});

	it('a service that no record vouches for is deleted', () => {
		expect(settled({ active: 'b', backends: ['b', 'c'], live: { b: 'active' } })).toMatchObject({
			steps: ['leftover:c'],
			deleted: ['c'],
		});
		expect(settled({ backends: ['a'] }).steps).toEqual(['leftover:a']);
	});

	it('a pending record is forgotten before its service goes, and also without one', () => {
		expect(
			settled({ active: 'b', backends: ['b', 'c'], live: { b: 'active', c: 'pending', d: 'pending' } }).steps,
		).toEqual(['forget:c', 'forget:d', 'leftover:c']);
	});

	it.each<DeploymentState>(['draining', 'retiring'])('a %s deployment is the business of the janitor', (state) => {
		expect(settled({ active: 'b', backends: ['a', 'b'], live: { a: state, b: 'active' } }).steps).toEqual([]);
	});

	it.each<[string, DeploymentState]>([
		['deploy', 'pending'],
		['rollback', 'draining'],
	])('the promotion of a %s that died after its durable write is finished first', (_command, state) => {
		expect(
			settled({ active: 'c', backends: ['b', 'c', 'd'], live: { b: 'active', c: state, d: 'pending' } }),
		).toMatchObject({ steps: ['finish:c', 'forget:d', 'leftover:d'], activeId: 'c' });
	});

	it('what runs where neither truth knows anything is to drain, not deleted: both may have been lost', () => {
		const observation = stack({ backends: ['a', 'b'] });
		const services = observation.services.map((service) =>
			service.name === 'a'
				? { ...service, latestDeployment: { id: 'd', status: 'SUCCESS' as const, stopped: false, createdAt: '' } }
				: service,
		);
		const { steps, warnings, deleted, unclaimed } = settle({ ...observation, services }, live({}), NOW);
		expect([steps.map(({ id }) => id), [...deleted]]).toEqual([['leftover:b'], ['b']]);
		expect(warnings).toEqual(['Nothing says that a was ever active; it runs on until nobody is left on it.']);
		expect(letDrainStep({ id: 'n', serviceName: 'n' }, unclaimed)).toMatchObject({
			title: 'Let a drain',
			truth: {
				activeId: 'n',
				services: [
					{ id: 'n', serviceName: 'n' },
					{ id: 'a', serviceName: 'a' },
				],
			},
		});
	});

	describe('a service that runs and that the live store does not know, as after a restore from an older copy,', () => {
		const restored = { active: 'b', backends: ['a', 'b', 'c'], live: { a: 'draining', b: 'active' } } as const;

		it('drains when somebody is on it, and what is known stays known', () => {
			const { steps, warnings, deleted } = settlement({ ...restored, running: ['c'], sessions: { c: 2 } });
			expect(steps).toMatchObject([
				{
					id: 'let-drain',
					title: 'Let c drain',
					truth: { activeId: 'b', services: [{ id: 'b' }, { id: 'a' }, { id: 'c' }] },
				},
			]);
			expect([...deleted]).toEqual([]);
			expect(warnings).toEqual(["The router's store did not know c, which has 2 live sessions; it is left to drain."]);
		});

		it.each([
			['does not answer', { c: null }],
			['was not asked, because the router is older', {}],
		])('drains when it %s: the janitor keeps asking', (_what, sessions) => {
			expect(settled({ ...restored, running: ['c'], sessions })).toMatchObject({ steps: ['let-drain'], deleted: [] });
		});

		it('is deleted when it says that nobody is on it', () => {
			expect(settled({ ...restored, running: ['c'], sessions: { c: 0 } }).steps).toEqual(['leftover:c']);
		});

		it('drains although the older copy has it as pending', () => {
			const pending = { ...restored, live: { ...restored.live, c: 'pending' } } as const;
			expect(settled({ ...pending, running: ['c'], sessions: { c: 1 } })).toMatchObject({
				steps: ['forget:c', 'let-drain'],
				deleted: [],
			});
			expect(settled({ ...pending, running: ['c'], sessions: { c: 0 } }).steps).toEqual(['forget:c', 'leftover:c']);
		});

		it('drains also where an interrupted promotion is finished first', () => {
			const { steps } = settlement({
				active: 'd',
				backends: ['b', 'c', 'd'],
				live: { b: 'active', d: 'draining' },
				running: ['c'],
				sessions: { c: 1 },
			});
			expect(steps).toMatchObject([
				{ id: 'finish:d' },
				{ id: 'let-drain', truth: { activeId: 'd', services: [{ id: 'd' }, { id: 'b' }, { id: 'c' }] } },
			]);
		});
	});

	it('a first promotion that died is finished too', () => {
		expect(settled({ active: 'c', backends: ['c'], live: { c: 'pending' } }).steps).toEqual(['finish:c']);
	});

	it('a young promotion never loses to what Railway says late', () => {
		expect(
			settled({ active: 'b', backends: ['b', 'c'], live: { b: 'draining', c: 'active' }, promotedAt: NOW - 60_000 }),
		).toEqual({ steps: [], activeId: 'c', warned: true, deleted: [] });
	});

	it('a store that lost its data is restored, and nothing is deleted meanwhile', () => {
		expect(settled({ active: 'b', backends: ['a', 'b'] })).toEqual({
			steps: ['reconcile'],
			activeId: 'b',
			warned: true,
			deleted: [],
		});
	});

	it('nothing is deleted while the durable truth is missing or names a service that is gone', () => {
		expect(settled({ backends: ['a', 'b'], live: { b: 'active' } })).toMatchObject({ steps: [], warned: true });
		expect(settled({ active: 'gone', backends: ['a', 'b'], live: { b: 'active' } })).toMatchObject({
			steps: [],
			warned: true,
		});
	});
});
