import type { Lane } from 'pulse-deploy-kit/supersede/lane';
import { type InTheMaking, supersedeFacts } from 'pulse-deploy-kit/supersede/plan-text';
import { parseLock } from '../deployments/lock-value.ts';
import { supersedeStep } from '../steps/supersede.ts';
import type { Fleet } from './observation.ts';
import { halfMade } from './settle.ts';
import type { Step } from './step.ts';

/**
 * `deploy --supersede`: a word to those that stop for it, as their leases say. One whose visitors were moved has its lease while
 * its domain is looked at, and stops for none.
 * @param fleet `null`: there is no other yet
 */
export function planSupersede(
	fleet: Fleet | null,
	lane: Lane,
): { readonly facts: readonly string[]; readonly steps: readonly Step[] } {
	const starting = new Set(fleet === null ? [] : halfMade(fleet));
	const making = [...(fleet?.leases ?? [])].flatMap(([id, value]): InTheMaking[] =>
		starting.has(id) ? [{ id, lane: parseLock(value).lane }] : [],
	);
	return { facts: supersedeFacts(making, lane), steps: [supersedeStep(making, lane)] };
}
