import type { RollbackTerms } from 'pulse-deploy-kit/rollback-window';
import type { RenderSessions } from '../backends/render-sessions.ts';
import type { DeploymentRecord } from '../deployments/record.ts';
import type { DeploymentActivity } from '../deployments/store.ts';

export interface DeploymentFacts {
	readonly record: DeploymentRecord;
	/** Summed over the routers; `null` when none reported it. */
	readonly activity: DeploymentActivity | null;
	/** `null`: not asked yet, in use and silent, or of a container app, which knows none. */
	readonly sessions: RenderSessions | null;
	/**
	 * When the routers know of all tabs, Unix milliseconds; `null` where none reports, or one is too old to count tabs. A
	 * container app cannot be asked who is there: before that it is not known.
	 */
	readonly tabsWholeAt: number | null;
	/** Until when it is kept to go back to, Unix milliseconds; `null`: it is not. */
	readonly rollbackUntil: number | null;
}

export interface Policy extends RollbackTerms {
	/** How long it must have drained, and how long it must have been idle. Default 60 s. */
	readonly drainGraceMs: number;
	/** When it goes although it is in use. Default 24 h. */
	readonly maxDrainAgeMs: number;
	/** Goes before the maximum drain age where it is longer. Default 1 h, at most the maximum drain age. */
	readonly rollbackWindowMs: number;
	/** How many deployments that were active are kept, stopped, to be started again. Default 0. */
	readonly redeployKeep?: number;
}

/** `recalled`, `drain_deadline`: its time was over, and the last call for its tabs. `preview_over`: its age, or a later preview of its name. */
export type DeleteReason = 'drainable' | 'max_drain_age' | 'recalled' | 'drain_deadline' | 'preview_over' | 'retiring';
export type KeepReason =
	| 'active'
	| 'pending'
	| 'grace'
	| 'still_active'
	| 'unreachable'
	| 'rollback_window'
	| 'preview';

export type Decision =
	| { readonly id: string; readonly action: 'delete'; readonly reason: DeleteReason }
	| {
			readonly id: string;
			readonly action: 'keep';
			readonly reason: KeepReason;
			/** Who or what keeps it, for people. */
			readonly detail: string | null;
			/** Unix milliseconds: until then it surely stays, unless it is promoted. `null`: no end in sight. */
			readonly until: number | null;
	  }
	/** Its sessions decide. */
	| { readonly id: string; readonly action: 'probe' };
