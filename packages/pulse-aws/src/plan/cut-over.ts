import type { Step } from './step.ts';

/**
 * The tail that deploy and rollback share. Affinity is verified before the switch, because the rule must serve the pages
 * that the deployment hands out from the first moment on.
 * @param page asked for before the switch; `null`: none, e.g. of a rollback, whose target has served visitors
 * @param verified `false` leaves health and answers unchecked (`--no-wait-for-health`)
 */
export function cutOver(verified: boolean, page: string | null = null): Step[] {
	return [
		...(verified ? ([{ kind: 'await-health' }, { kind: 'verify-affinity' }] as const) : []),
		...(verified && page !== null ? ([{ kind: 'check-page', path: page }] as const) : []),
		{ kind: 'switch' },
		...(verified ? ([{ kind: 'confirm' }] as const) : []),
		{ kind: 'mark-active' },
		{ kind: 'mark-draining' },
	];
}
