import { describe, expect, it } from 'vitest';
import { upgradeConfig } from '../config/upgrade.ts';
import { parseSeed } from '../deployments/seed.ts';
import type { StackObservation } from '../platform/port.ts';
import type { StepOf } from './step.ts';
import { BASELINE, FRESH, NOW, stack } from './testing/stack.ts';
import { planUpgrade } from './upgrade.ts';

/** A stack of ours without what the Python tools did not know; `more` on the router. */
function old(active: string | undefined, more: Record<string, string | null> = {}): StackObservation {
	const services = BASELINE.map((one) => {
		if (one.name !== 'pulse-router') return one;
		const { PULSE_RAILWAY_CONTROL_TOKEN: _, ...variables } = one.variables;
		return { ...one, variables: { ...variables, ...more } };
	});
	return stack({ services, backends: ['v1', 'v2'], ...(active === undefined ? {} : { active }) });
}

function plan(observation: StackObservation, visitorsReach: string | null) {
	const facts = { observation, fresh: FRESH, apiUrl: undefined, janitorConfined: true, visitorsReach, now: NOW };
	const { steps } = planUpgrade(facts, upgradeConfig({ flags: {}, env: {} }, {}));
	const configure = steps.find((step): step is StepOf<'configure'> => step.kind === 'configure');
	const seed = configure?.services.find(({ service }) => service === 'pulse-router')?.variables;
	return {
		ids: steps.map(({ id }) => id),
		noted: steps.find(({ id }) => id === 'note-active'),
		settles: steps.find((step): step is StepOf<'settle-active'> => step.kind === 'settle-active'),
		seed: parseSeed(String(seed?.PULSE_RAILWAY_ROUTER_SEED ?? '')),
	};
}

const TRUTH = [
	{ id: 'v1', serviceName: 'v1' },
	{ id: 'v2', serviceName: 'v2' },
];

describe("upgrading a predecessor's stack", () => {
	it('of 0.1 tells the new router who is active before it starts, looks for a page at the end, and cleans up', () => {
		const moved = plan(old('v2'), 'v2');
		expect(moved.seed).toMatchObject({ truth: { activeId: 'v2', services: TRUTH } });
		expect(moved.noted).toBeUndefined();
		const order = [
			'configure',
			'deploy',
			'await-router',
			'settle-active',
			'delete:pulse-router:PULSE_RAILWAY_ROUTER_SEED',
		];
		expect(moved.ids.filter((id) => order.includes(id))).toEqual(order);
		expect(moved.settles).toMatchObject({ movedFrom: 'v2' });
	});

	it('of 0.3 writes on Railway who is active, before the janitor is replaced', () => {
		const moved = plan(old(undefined), 'v2');
		expect(moved.noted).toMatchObject({ service: null, variables: { PULSE_ACTIVE_DEPLOYMENT: 'v2' } });
		expect(moved.ids.indexOf('note-active')).toBeLessThan(moved.ids.indexOf('deploy'));
	});

	it('believes what new visitors get, not what an earlier tool left on Railway', () => {
		expect(plan(old('v1'), 'v2').noted).toMatchObject({ variables: { PULSE_ACTIVE_DEPLOYMENT: 'v2' } });
	});

	it('believes Railway where the router says nothing, or names what is not there', () => {
		expect(plan(old('v2'), null).seed).toMatchObject({ truth: { activeId: 'v2' } });
		expect(plan(old('v2'), 'gone').seed).toMatchObject({ truth: { activeId: 'v2' } });
	});

	it('that nobody knows anything of leaves it to the last look', () => {
		for (const moved of [plan(old(undefined), null), plan(old('gone'), null)]) {
			expect(moved).toMatchObject({ seed: null, settles: { movedFrom: null } });
		}
	});

	it('interrupted, is begun anew with a seed of its own time', () => {
		const interrupted = old('v2', {
			PULSE_RAILWAY_CONTROL_TOKEN: 'control',
			PULSE_RAILWAY_ROUTER_SEED: 'of yesterday',
		});
		const moved = plan(interrupted, 'v2');
		expect(moved.seed?.until).toBeGreaterThan(NOW);
		expect(moved.ids).toContain('delete:pulse-router:PULSE_RAILWAY_ROUTER_SEED');
	});
});

it('a stack of ours gets no seed, and one that an earlier upgrade left without an active deployment on Railway gets it', () => {
	const ours = stack({ backends: ['v1', 'v2'], active: 'v2' });
	expect(plan(ours, null)).toMatchObject({ seed: null, noted: undefined });
	expect(plan(stack({ backends: ['v1', 'v2'] }), null).settles).toMatchObject({ movedFrom: null });
});
