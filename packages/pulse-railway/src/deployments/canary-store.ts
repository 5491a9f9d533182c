import type { CanaryTerms } from 'pulse-deploy-kit/canary/settings';
import type { Canary, CanaryCount } from './canary.ts';
import type { Ending, Widening } from './canary-transitions.ts';
import type { DeploymentRecord } from './record.ts';
import type { WriteOptions } from './store.ts';

/** What the store of deployments knows of canaries. */
export interface CanaryStore {
	/**
	 * A pending deployment gets a share of new visitors; a canary that runs ends, and the visitors of that one stay. Again is the
	 * same. Rejects for one that is not pending, and while none is active.
	 */
	beginCanary(id: string, terms: CanaryTerms, options?: WriteOptions): Promise<Canary>;
	/** More of them. Rejects for a smaller share and when that rollout is over. */
	widenCanary(widening: Widening, options?: WriteOptions): Promise<Canary>;
	/** It gets no new visitors any more, and drains. `null` where that rollout was over before: of several, one ends it. */
	endCanary(ending: Ending, options?: WriteOptions): Promise<DeploymentRecord | null>;
	/** What one router process has counted since a rollout began, in place of what it said before. */
	recordCanary(replicaId: string, count: CanaryCount): Promise<void>;
	/** Summed over all processes, also those that have ended. */
	canaryCount(beganAt: number): Promise<CanaryCount>;
}
