import type { Step } from '../plan/step.ts';
import type { Perform } from './performers.ts';
import { answers } from './reaches-visitors.ts';

export function verifyAffinityStep(deployment: string, budgetSeconds: number): Step {
	const title = `Check that ${deployment} answers through the router`;
	return { kind: 'verify-affinity', id: 'verify-affinity', title, passive: true, deployment, budgetSeconds };
}

export const verifyAffinity: Perform<'verify-affinity'> = async (step, run, signal, report) => {
	await answers(run, step.deployment, step.deployment, step.budgetSeconds, signal, report);
	return undefined;
};
