import type { Departure } from 'pulse-deploy-kit/departure';
import type { Preview } from 'pulse-deploy-kit/preview';
import type { Canary } from './canary.ts';
import type { Container } from './container.ts';

/**
 * `pending → active → draining → retiring → gone`, and `draining → active` (rollback),
 * `pending → gone` (failed deploy). "Gone" is the absence of a record.
 */
export type DeploymentState = 'pending' | 'active' | 'draining' | 'retiring';

/** What the store keeps of one deployment. Times are Unix milliseconds; 0 is a time, `null` is none. */
export interface DeploymentRecord {
	readonly id: string;
	/** `null` only in records that a predecessor wrote. */
	readonly serviceName: string | null;
	readonly state: DeploymentState;
	/** When it first started draining; kept when it is marked again; `null` unless draining or retiring, and of previews. */
	readonly drainStartedAt: number | null;
	/** Last request or open socket, batched by the routers; `null` when never seen. */
	readonly lastSeenAt: number | null;
	/** Absent for a Pulse app. */
	readonly container?: Container;
	/** Only of draining and retiring ones, since it last stopped being active; absent where nothing was said. */
	readonly departure?: Departure;
	/** It was a canary, or is a preview, and never active: no rollback goes to it by itself. */
	readonly neverActive?: true;
	/** Only who names it gets it, and it is deleted by its age. */
	readonly preview?: Preview;
}

/**
 * What makes a record one of a preview. It is draining without a date: an older router or tool, which knows no previews,
 * serves those who name it, sends no new visitors there, does not roll back to it, and takes it for no canary that has just ended.
 */
export function previewing(
	preview: Preview,
): Pick<DeploymentRecord, 'state' | 'drainStartedAt' | 'neverActive' | 'preview'> {
	return { state: 'draining', drainStartedAt: null, neverActive: true, preview };
}

/** Everything that routing needs, read at one instant. */
export interface RoutingSnapshot {
	/** Grows with every change of a record or of the active id; 0 for an empty store. */
	readonly revision: number;
	readonly activeId: string | null;
	/** When `activeId` was last set, Unix milliseconds; `null` when unknown (written by a predecessor). */
	readonly promotedAt: number | null;
	readonly deployments: readonly DeploymentRecord[];
	/** Absent while none runs, and from older routers. */
	readonly canary?: Canary;
}

/**
 * A store that lost its data lets all of them drain at one instant. Of those the one with the latest id was active last; but
 * what is younger than the active one was a canary, or what was rolled back from: a rollback goes there only when it is named.
 */
export function lastActiveFirst(activeId: string | null) {
	type Drained = Pick<DeploymentRecord, 'id' | 'drainStartedAt'>;
	const isYounger = ({ id }: Drained) => Number(activeId !== null && id > activeId);
	return (a: Drained, b: Drained): number =>
		(b.drainStartedAt ?? 0) - (a.drainStartedAt ?? 0) || isYounger(a) - isYounger(b) || (a.id < b.id ? 1 : -1);
}
