import type { Lane } from 'pulse-deploy-kit/supersede/lane';
import { type InTheMaking, supersedeFacts } from 'pulse-deploy-kit/supersede/plan-text';
import { parseLock } from '../deployments/lock-value.ts';
import { supersedeStep } from '../steps/supersede.ts';
import type { Fleet } from './observation.ts';
import type { Step } from './step.ts';

/** `deploy --supersede`: a word to those that stop for it, as their leases say. @param fleet `null`: there is no other yet */
export function planSupersede(
	fleet: Fleet | null,
	lane: Lane,
): { readonly facts: readonly string[]; readonly steps: readonly Step[] } {
	const making = [...(fleet?.leases ?? [])].map(([id, value]): InTheMaking => ({ id, lane: parseLock(value).lane }));
	return { facts: supersedeFacts(making, lane), steps: [supersedeStep(making, lane)] };
}
