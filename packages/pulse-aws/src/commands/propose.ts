import { Agreement } from 'pulse-deploy-kit/plan/agreement';
import type { PlanQuestion, Proposal } from 'pulse-deploy-kit/plan/proposal';
import type { AnyStep } from 'pulse-deploy-kit/plan/step';
import type { Session } from '../adapters/session.ts';
import { type Plan, title } from '../plan/step.ts';

/** An answer within this time finds the deploy lock still held; after it other commands go first. */
const QUICK_MS = 10_000;

export function agreementOf({ host, clock, signal }: Session): Agreement {
	return new Agreement({ host, clock, signal, quickMs: QUICK_MS, heading: 'Plan' });
}

/** What a person is shown and asked; the same text means that nobody has to be asked again. */
export function propose(plan: Plan, questions: readonly PlanQuestion[]): Proposal<AnyStep> & { readonly own: Plan } {
	const steps = plan.steps.map((step) => ({ kind: step.kind, id: step.kind, title: title(step, plan.id) }));
	const shown = {
		title: `${plan.verb} ${plan.id}`,
		facts: plan.notes,
		warnings: plan.warnings ?? [],
		steps,
		resume: `pulse-aws ${plan.verb}`,
	};
	return { plan: shown, questions, own: plan };
}
