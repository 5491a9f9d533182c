import type { Step } from './step.ts';

/**
 * The tail that deploy and rollback share. Affinity is verified before the switch, because the rule must serve the pages
 * that the deployment hands out from the first moment on.
 * @param verified `false` leaves health and answers unchecked (`--no-wait-for-health`)
 */
export function cutOver(verified: boolean): Step[] {
	return [
		...(verified ? ([{ kind: 'await-health' }, { kind: 'verify-affinity' }] as const) : []),
		{ kind: 'switch' },
		...(verified ? ([{ kind: 'confirm' }] as const) : []),
		{ kind: 'mark-active' },
		{ kind: 'mark-draining' },
	];
}
