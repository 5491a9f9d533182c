import { awaitHealthStep } from '../steps/await-health.ts';
import { checkDomainStep } from '../steps/check-domain.ts';
import { checkPageStep } from '../steps/check-page.ts';
import { confirmStep } from '../steps/confirm.ts';
import { completeCanaryStep, endCanaryStep } from '../steps/end-canary.ts';
import { markActiveStep } from '../steps/mark-active.ts';
import { markDrainingStep } from '../steps/mark-draining.ts';
import { switchStep } from '../steps/switch.ts';
import { verifyAffinityStep } from '../steps/verify-affinity.ts';
import { sideBySide } from './side-by-side.ts';
import { type Plan, type Standing, type Step, sentTo } from './step.ts';

/**
 * Affinity is verified before the switch, because the rule must serve the pages that the deployment hands out from the first
 * moment on.
 * @param page asked for before the switch; `null`: none, e.g. of a rollback, whose target has served visitors
 */
export function answersThere(id: string, page: string | null = null, how: Standing = {}): readonly Step[] {
	return [awaitHealthStep(id), verifyAffinityStep(id, how), ...(page === null ? [] : [checkPageStep(id, page)])];
}

/**
 * The tail that deploy and rollback share. `verified`: false leaves answers unchecked (`--no-wait-for-health`). A canary ends
 * right after the switch: its rules go before what that has changed. Both states are written at once, because a rollback must
 * be over in two seconds; the listener says who is active, so whichever of them a killed command left unwritten is written by
 * the next one or by the reaper.
 * @param canary the one that runs, which may be the very one that becomes active; `null`: none
 */
export function moveVisitors(
	id: string,
	{ verified, canary, how = {} }: { verified: boolean; canary: string | null; how?: Standing },
): readonly Step[] {
	const ending = canary === id ? completeCanaryStep(id) : canary === null ? null : endCanaryStep(canary);
	return [
		switchStep(id),
		...(ending === null ? [] : [ending]),
		...(verified ? [confirmStep(id, how)] : []),
		...sideBySide('states', [markActiveStep(id)], [markDrainingStep()]),
	];
}

/** Whether its domain leads to it is looked at once others may move visitors again: it may ask a person. */
export function planDomainCheck(id: string, hasPrevious: boolean): Pick<Plan, 'steps' | 'committed'> {
	return { steps: [checkDomainStep()], committed: sentTo(id, hasPrevious) };
}
