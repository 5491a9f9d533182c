import type { Clock } from 'pulse-deploy-kit/clock';
import { StaleFactsError, StoreUnavailableError } from '../deployments/errors.ts';
import type { Seed } from '../deployments/seed.ts';
import type { DeploymentStore } from '../deployments/store.ts';
import type { Log } from './log.ts';

/** Railway gives a new router 60 s to become healthy; a store that is silent for longer is the business of the watch. */
const PATIENCE_MS = 45_000;
const PAUSE_MS = 500;

/**
 * Tells a store without an active deployment which one is active, before this router takes its first request: a
 * predecessor kept that on Railway alone, and the janitor would restore it only minutes later. A store that knows an
 * active one is left as it is, and so is everything once the seed is out of date.
 */
export async function plantSeed(seed: Seed, store: DeploymentStore, log: Log, clock: Clock): Promise<void> {
	for (const started = clock.now(); clock.now() < seed.until; await clock.sleep(PAUSE_MS)) {
		try {
			const { activeId, revision } = await store.snapshot();
			if (activeId !== null) return;
			await store.reconcile(seed.truth, { ifRevision: revision });
			log.note('seeded', { active: seed.truth.activeId }, 'store knew no active deployment: told by upgrade');
			return;
		} catch (error) {
			// Another process of this router, or another replica, was quicker: its word is read in the next round.
			if (error instanceof StaleFactsError) continue;
			if (!(error instanceof StoreUnavailableError)) throw error;
			if (clock.now() - started >= PATIENCE_MS) return;
		}
	}
}
