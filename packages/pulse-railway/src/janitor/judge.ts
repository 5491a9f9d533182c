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

/** An answer that only says who keeps it is not waited for as long as one that decides. */
const DETAIL_MS = 3_000;

/** Asks those whose sessions decide, and those that are in use, what keeps them. */
export async function judge(
	records: readonly DeploymentRecord[],
	{ store, backends, policy, clock, signal }: Judge,
): Promise<Settled[]> {
	const [{ deployments, tabsWholeAt }, live] = await Promise.all([store.activity(), store.snapshot()]);
	const kept = keptToGoBackTo(live, policy);
	return mapLimited(PROBES_AT_ONCE, records, async (record) => {
		const activity = deployments.get(record.id) ?? null;
		const rollbackUntil = kept.get(record.id) ?? null;
		const facts: DeploymentFacts = { record, activity, sessions: null, tabsWholeAt, rollbackUntil };
		const judgedAt = clock.now();
		const first = decide(facts, policy, judgedAt);
		const decides = first.action === 'probe';
		if (!decides && (first.reason !== 'still_active' || record.container !== undefined)) return first;
		const overdue = AbortSignal.any([signal, AbortSignal.timeout(DETAIL_MS)]);
		const sessions = await backends.sessions(record, decides ? signal : overdue).catch((error: unknown) => {
			if (decides || signal.aborted) throw error;
			return null;
		});
		return decide({ ...facts, sessions }, policy, decides ? clock.now() : judgedAt) as Settled;
	});
}
