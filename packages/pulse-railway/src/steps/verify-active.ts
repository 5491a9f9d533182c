import type { Step } from '../plan/step.ts';
import type { Perform } from './performers.ts';
import { reachesVisitors } from './reaches-visitors.ts';

const BUDGET_SECONDS = 180;

export function verifyActiveStep(deployment: string): Step {
	const title = `Check that new visitors reach ${deployment}`;
	return {
		kind: 'verify-active',
		id: 'verify-active',
		title,
		passive: true,
		deployment,
		budgetSeconds: BUDGET_SECONDS,
	};
}

export const verifyActive: Perform<'verify-active'> = (step, run, signal, report) =>
	reachesVisitors(run, step.deployment, step.budgetSeconds, signal, report);
