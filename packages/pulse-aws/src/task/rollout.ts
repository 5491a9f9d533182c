import type { CanaryTerms } from 'pulse-deploy-kit/canary/settings';

/**
 * A deployment that a share of new visitors gets beside the active one, as the parameter says it that tools write and tasks
 * read. Who gets it is decided by the load balancer's rules (`traffic/canary-rules.ts`); this says what is to come, and names the
 * rollout, so that what a browser or a task says of another one counts for nothing.
 */
export interface Rollout extends CanaryTerms {
	readonly id: string;
	/** Beside which it runs. */
	readonly activeId: string;
	/** Unix ms. */
	readonly beganAt: number;
	/** When it got its share, Unix ms. */
	readonly sharedAt: number;
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

/** Times in seconds and shares in percent, as on Railway (contract R4.15). */
export function rolloutText({ id, activeId, beganAt, share, sharedAt, next, everyMs }: Rollout): string {
	return JSON.stringify({
		deployment_id: id,
		active_deployment_id: activeId,
		began_at: beganAt / 1000,
		share: share / 100,
		shared_at: sharedAt / 1000,
		next: next.map((one) => one / 100),
		every: everyMs === null ? null : everyMs / 1000,
	});
}

/** `null` for anything else: then there is none. */
export function readRollout(text: string | undefined): Rollout | null {
	const { deployment_id: id, active_deployment_id: activeId, ...said } = objectIn(text);
	const { began_at, share, shared_at, next, every } = said;
	if (typeof id !== 'string' || typeof activeId !== 'string' || !Array.isArray(next)) return null;
	if (!isPositive(began_at) || !isPositive(share) || !isPositive(shared_at)) return null;
	return {
		id,
		activeId,
		beganAt: Math.round(began_at * 1000),
		share: Math.min(10_000, Math.round(share * 100)),
		sharedAt: Math.round(shared_at * 1000),
		next: next.filter(isPositive).map((one) => Math.round(one * 100)),
		everyMs: isPositive(every) ? Math.round(every * 1000) : null,
	};
}

/** When the next share is due, and which; `null` where nothing follows. */
export function nextShare({
	next,
	everyMs,
	sharedAt,
}: Rollout): { readonly share: number; readonly at: number } | null {
	const [share] = next;
	return share === undefined || everyMs === null ? null : { share, at: sharedAt + everyMs };
}

export function objectIn(text: string | undefined): Readonly<Record<string, unknown>> {
	try {
		const value: unknown = JSON.parse(text ?? '{}');
		return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
	} catch {
		return {};
	}
}

export function isPositive(value: unknown): value is number {
	return typeof value === 'number' && Number.isFinite(value) && value > 0;
}
