import type { CommandResult } from 'pulse-deploy-kit/command';
import { type Plan, planJson, renderPlan } from '../plan/step.ts';

/** How a changing command ends: with its result, or with the plan of a dry run. */
export function outcome<T>(plan: Plan, result: T | null, lines: (result: T) => readonly string[]): CommandResult {
	if (result === null) return { json: { dry_run: true, plan: planJson(plan) }, text: renderPlan(plan) };
	return { json: result, text: lines(result).join('\n') };
}
