import { describe, expect, it } from 'vitest';
import type { DeploymentRecord } from '../deployments/record.ts';
import { keptToGoBackTo } from './rollback-window.ts';

const POLICY = { drainGraceMs: 0, maxDrainAgeMs: 86_400_000, rollbackWindowMs: 3_600_000, rollbackKeep: 1 };
const record = (id: string, drainStartedAt: number | null, state: DeploymentRecord['state'] = 'draining') => ({
	...{ id, serviceName: id, state, drainStartedAt, lastSeenAt: null },
});
const RECORDS = [
	record('older', 1_000),
	record('last', 3_000),
	record('middle', 2_000),
	record('active', null, 'active'),
	record('starts', null, 'pending'),
	record('goes', 4_000, 'retiring'),
];

const of = (deployments: readonly DeploymentRecord[], activeId = 'active') => ({ deployments, activeId });

describe('the rollback window', () => {
	it('keeps the deployment that stopped being active last', () => {
		expect([...keptToGoBackTo(of(RECORDS), POLICY)]).toEqual([['last', 3_603_000]]);
	});

	it('keeps as many as were asked for, each from when it stopped being active', () => {
		expect(Object.fromEntries(keptToGoBackTo(of(RECORDS), { ...POLICY, rollbackKeep: 2 }))).toEqual({
			last: 3_603_000,
			middle: 3_602_000,
		});
	});

	it('keeps the newest of those that a restored store let drain at once, as a rollback would choose', () => {
		const restored = ['v-260401-120000', 'v-260402-120000', 'v-260403-120000'].map((id) => record(id, 5_000));
		expect([...keptToGoBackTo(of(restored, 'v-260404-120000'), POLICY).keys()]).toEqual(['v-260403-120000']);
	});

	it('of those that a restored store let drain at once it keeps none that is younger than the active one: it was a canary, or rolled back from', () => {
		const restored = ['v-260401-120000', 'v-260402-120000', 'v-260404-120000'].map((id) => record(id, 5_000));
		expect([...keptToGoBackTo(of(restored, 'v-260403-120000'), POLICY).keys()]).toEqual(['v-260402-120000']);
	});

	it('keeps none where it is off', () => {
		expect(keptToGoBackTo(of(RECORDS), { ...POLICY, rollbackWindowMs: 0 }).size).toBe(0);
	});
});
