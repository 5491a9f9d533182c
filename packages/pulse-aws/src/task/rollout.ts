import { type CanaryProgress, progressFields, readProgress } from 'pulse-deploy-kit/canary/rollout';
import { objectIn } from 'pulse-deploy-kit/json-object';

/**
 * A deployment that a share of new visitors gets beside the active one, as the parameter says it that tools write and tasks
 * read. Who gets it is decided by the load balancer's rules (`traffic/canary-rules.ts`); this says what is to come, and names the
 * rollout, so that what a browser or a task says of another one counts for nothing.
 */
export interface Rollout extends CanaryProgress {
	readonly id: string;
	/** Beside which it runs. */
	readonly activeId: string;
}

export type CanarySide = 'canary' | 'active';

/** As cookies, rules and tasks name it. */
export function rolloutName({ beganAt }: Pick<Rollout, 'beganAt'>): string {
	return beganAt.toString(36);
}

/** `null`: the deployment has no part in it. */
export function sideOf({ id, activeId }: Pick<Rollout, 'id' | 'activeId'>, deploymentId: string): CanarySide | null {
	if (deploymentId === id) return 'canary';
	return deploymentId === activeId ? 'active' : null;
}

export function rolloutText({ id, activeId, ...progress }: Rollout): string {
	return JSON.stringify({ deployment_id: id, active_deployment_id: activeId, ...progressFields(progress) });
}

/** `null` for anything else: then there is none. */
export function readRollout(text: string | undefined): Rollout | null {
	const { deployment_id: id, active_deployment_id: activeId, ...fields } = objectIn(text);
	const progress = readProgress(fields);
	if (typeof id !== 'string' || typeof activeId !== 'string' || progress === null) return null;
	return { id, activeId, ...progress };
}
