import type { CommandResult } from 'pulse-deploy-kit/command';
import { planJson, renderPlan } from 'pulse-deploy-kit/plan/render';
import type { Outcome } from '../commands/carry-out.ts';

/** How every changing command ends: with its result, or with the plan of a dry run. */
export function outcome<T>({ plan, result }: Outcome<T>, lines: (result: T) => readonly string[]): CommandResult {
	if (result === null) return { json: { dry_run: true, plan: planJson(plan) }, text: renderPlan(plan) };
	return { json: result, text: lines(result).join('\n') };
}
