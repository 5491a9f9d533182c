import { createRuleStep } from '../steps/create-rule.ts';
import { createServiceStep } from '../steps/create-service.ts';
import { createTargetGroupStep } from '../steps/create-target-group.ts';
import { registerTaskDefinitionStep } from '../steps/register-task-definition.ts';
import { removeOwnStep } from '../steps/remove-own.ts';
import { reserveIdStep } from '../steps/reserve-id.ts';
import { sideBySide } from './side-by-side.ts';
import type { Step } from './step.ts';

/** Whatever fails, it is found by id what there is of it. */
export function takingId(id: string, before: readonly Step[]): readonly Step[] {
	return [...before, reserveIdStep(id)].map((step, index) =>
		index === 0 ? { ...step, undo: removeOwnStep(id) } : step,
	);
}

/** What there is of a deployment before visitors meet it. @param image makes its image, or finds it */
export function making(id: string, image: Step): readonly Step[] {
	const routing = [createTargetGroupStep(), createRuleStep(id)];
	return [...sideBySide('backend', [image, registerTaskDefinitionStep()], routing), createServiceStep(id)];
}
