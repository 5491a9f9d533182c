import type { Clock } from 'pulse-deploy-kit/clock';
import { mapLimited } from 'pulse-deploy-kit/map-limited';
import type { Backends } from '../backends/backends.ts';
import type { DeploymentRecord } from '../deployments/record.ts';
import type { DeploymentStore } from '../deployments/store.ts';
import { decide } from './decide.ts';
import type { Decision, DeploymentFacts, Policy } from './facts.ts';
import { keptToGoBackTo } from './rollback-window.ts';

const PROBES_AT_ONCE = 4;

export type Settled = Exclude<Decision, { action: 'probe' }>;

export interface Judge {
	readonly store: Pick<DeploymentStore, 'activity' | 'snapshot'>;
	readonly backends: Pick<Backends, 'sessions'>;
	readonly policy: Policy;
	readonly clock: Clock;
	readonly signal: AbortSignal;
}

/** Asks only those whose sessions decide. */
export async function judge(
	records: readonly DeploymentRecord[],
	{ store, backends, policy, clock, signal }: Judge,
): Promise<Settled[]> {
	const [{ deployments, tabsWholeAt }, live] = await Promise.all([store.activity(), store.snapshot()]);
	const kept = keptToGoBackTo(live.deployments, policy);
	return mapLimited(PROBES_AT_ONCE, records, async (record) => {
		const activity = deployments.get(record.id) ?? null;
		const rollbackUntil = kept.get(record.id) ?? null;
		const facts: DeploymentFacts = { record, activity, sessions: null, tabsWholeAt, rollbackUntil };
		const first = decide(facts, policy, clock.now());
		if (first.action !== 'probe') return first;
		return decide({ ...facts, sessions: await backends.sessions(record, signal) }, policy, clock.now()) as Settled;
	});
}
