import type { LockHolder } from '../deployments/store.ts';
import type { DeleteReason, KeepReason } from './facts.ts';

export type JanitorResult =
	| { readonly status: 'skipped'; readonly reason: 'lock_held'; readonly holder: LockHolder }
	/** A promotion is under way; the next run will see clearer. */
	| { readonly status: 'skipped'; readonly reason: 'changing' }
	| {
			readonly status: 'completed';
			/** How many were draining or half deleted at the start. */
			readonly draining: number;
			/** Live had to be corrected. */
			readonly reconciled: boolean;
			readonly deleted: readonly Deleted[];
			readonly kept: readonly Kept[];
			/** The next run tries again. A run with failures should exit non-zero. */
			readonly failed: readonly Failed[];
	  };

export interface Deleted {
	readonly id: string;
	readonly reason: DeleteReason;
}

export interface Kept {
	readonly id: string;
	/** `promoted`: it became active while this ran; `deploy_running`: a deploy or rollback holds the deploy lock. */
	readonly reason: KeepReason | 'promoted' | 'deploy_running';
	/** Who or what keeps it. */
	readonly detail: string | null;
}

/** Not deleted although it should be. */
export interface Failed extends Deleted {
	readonly message: string;
}

/** What became of one deployment. */
export type Fate =
	| ({ readonly action: 'delete' } & Deleted)
	| ({ readonly action: 'keep' } & Kept)
	| ({ readonly action: 'fail' } & Failed);

/** `delete ID; reason=drainable`, `keep ID; reason=still_active; 2 sockets` (contract R9.11). */
export function fateLine(fate: Fate): string {
	const why = fate.action === 'fail' ? fate.message : fate.action === 'keep' ? fate.detail : null;
	return `${fate.action} ${fate.id}; reason=${fate.reason}${why ? `; ${why}` : ''}`;
}

/** Of the deployments that stay. */
export function whatHoldsEach(result: JanitorResult | null): ReadonlyMap<string, string> {
	const kept = result?.status === 'completed' ? result.kept : [];
	return new Map(kept.map(({ id, reason, detail }) => [id, detail ?? reason.replaceAll('_', ' ')]));
}

export function sortFates(fates: readonly Fate[]): { deleted: Deleted[]; kept: Kept[]; failed: Failed[] } {
	const deleted: Deleted[] = [];
	const kept: Kept[] = [];
	const failed: Failed[] = [];
	for (const { action, ...of } of fates) {
		if (action === 'delete') deleted.push(of as Deleted);
		else if (action === 'keep') kept.push(of as Kept);
		else failed.push(of as Failed);
	}
	return { deleted, kept, failed };
}
