import { outlookNotes } from '../domain/dns-record.ts';
import { deployBaselineStep } from '../steps/deploy-baseline.ts';
import { setNoticesStep } from '../steps/set-notices.ts';
import { baselineSteps } from './baseline-steps.ts';
import type { DeployObservation } from './observation.ts';
import { certificateSteps, creates, standingSteps } from './standing.ts';
import { type Plan, planOf, type Step } from './step.ts';

/** A baseline as it is asked for, in its phases; without steps it is so already. */
export interface EnsurePlan extends Plan {
	/** Where visitors are served already: without a lock, as in a deploy. Everything is planned anew afterwards. */
	readonly certifying: readonly Step[];
	/** Under the deploy lock. */
	readonly changing: readonly Step[];
}

interface EnsureIntent {
	readonly name: string;
	/** Where notices go, as it may be shown; `null`: none are sent. Absent: that stays as it is. */
	readonly notices?: string | null | undefined;
	/** Shown when the baseline is created. */
	readonly cost: readonly string[];
}

export function planEnsure(seen: DeployObservation, { name, notices, cost }: EnsureIntent): EnsurePlan {
	const certificate = certificateSteps(seen);
	const certifying = seen.fleet === null ? [] : certificate;
	const changing = [
		...(seen.fleet === null ? certificate : []),
		...resumed(seen),
		...standingSteps(seen),
		...(notices === undefined ? [] : [setNoticesStep(notices)]),
	];
	const steps = [...certifying, ...changing];
	const dns = seen.dns == null || certificate.length === 0 ? [] : outlookNotes(seen.dns);
	return { ...planOf('ensure', name, steps, [...(creates(steps) ? cost : []), ...dns]), certifying, changing };
}

/**
 * An update that was killed may have left visitors to the rule that keeps them while the stack changes. A deploy takes that away with
 * its switch; here the update, in which nothing differs any more, is carried out to its end.
 */
function resumed(seen: DeployObservation): readonly Step[] {
	const isKept = seen.fleet?.traffic.rules.some(({ catchAll }) => catchAll) === true;
	return isKept && baselineSteps(seen).length === 0
		? [deployBaselineStep('update', 'its last update was cut short')]
		: [];
}
