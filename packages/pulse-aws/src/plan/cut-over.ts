import { awaitHealthStep } from '../steps/await-health.ts';
import { checkPageStep } from '../steps/check-page.ts';
import { confirmStep } from '../steps/confirm.ts';
import { markActiveStep } from '../steps/mark-active.ts';
import { markDrainingStep } from '../steps/mark-draining.ts';
import { switchStep } from '../steps/switch.ts';
import { verifyAffinityStep } from '../steps/verify-affinity.ts';
import type { Step } from './step.ts';

/**
 * Affinity is verified before the switch, because the rule must serve the pages that the deployment hands out from the first
 * moment on.
 * @param page asked for before the switch; `null`: none, e.g. of a rollback, whose target has served visitors
 */
export function answersThere(id: string, page: string | null = null): readonly Step[] {
	return [awaitHealthStep(id), verifyAffinityStep(id), ...(page === null ? [] : [checkPageStep(id, page)])];
}

/** The tail that deploy and rollback share. `verified`: false leaves answers unchecked (`--no-wait-for-health`) */
export function moveVisitors(id: string, verified: boolean): readonly Step[] {
	return [switchStep(id), ...(verified ? [confirmStep(id)] : []), markActiveStep(id), markDrainingStep()];
}
