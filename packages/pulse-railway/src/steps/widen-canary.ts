import type { CanaryTerms } from 'pulse-deploy-kit/canary/settings';
import { shareText } from 'pulse-deploy-kit/canary/share';
import type { Step } from '../plan/step.ts';
import type { Perform } from './performers.ts';
import { underLock } from './under-lock.ts';

export function widenCanaryStep(deployment: string, beganAt: number, terms: CanaryTerms): Step {
	const title = `Send ${shareText(terms.share)} of new visitors to ${deployment}`;
	return { kind: 'widen-canary', id: 'widen-canary', title, deployment, beganAt, terms };
}

export const widenCanary: Perform<'widen-canary'> = async ({ deployment: id, beganAt, terms }, run, signal) => {
	await underLock(run, 'canary.widen', { id, beganAt, terms: { ...terms, next: [...terms.next] } }, signal);
	return undefined;
};
