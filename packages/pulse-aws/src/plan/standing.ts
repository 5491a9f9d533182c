import { awaitCertificateStep } from '../steps/await-certificate.ts';
import { protectBaselineStep } from '../steps/protect-baseline.ts';
import { requestCertificateStep } from '../steps/request-certificate.ts';
import { setListenerCertificateStep } from '../steps/set-listener-certificate.ts';
import { baselineSteps } from './baseline-steps.ts';
import type { DeployObservation } from './observation.ts';
import type { Step } from './step.ts';

/** Whether it makes a baseline, which costs money by the hour. */
export function creates(steps: readonly Step[]): boolean {
	return steps.some((step) => step.kind === 'deploy-baseline' && step.change === 'create');
}

export function certificateSteps({ certificate }: DeployObservation): readonly Step[] {
	const request = certificate === null ? [requestCertificateStep()] : [];
	return certificate?.status === 'ISSUED' ? [] : [...request, awaitCertificateStep()];
}

/** What makes the baseline as it was asked for, once there is a certificate. */
export function standingSteps(seen: DeployObservation): readonly Step[] {
	const steps: Step[] = [...baselineSteps(seen)];
	if (creates(steps) || !seen.stack.isProtected) steps.push(protectBaselineStep());
	if (seen.fleet !== null && seen.certificate?.arn !== seen.fleet.traffic.defaultCertificateArn)
		steps.push(setListenerCertificateStep());
	return steps;
}
