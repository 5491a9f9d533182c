import type { Provenance } from 'pulse-deploy-kit/history/provenance';
import type { NamedService } from '../deployments/store.ts';
import { checkPageStep } from '../steps/check-page.ts';
import { commitActiveStep } from '../steps/commit-active.ts';
import { promoteStep } from '../steps/promote.ts';
import { verifyActiveStep } from '../steps/verify-active.ts';
import { verifyAffinityStep } from '../steps/verify-affinity.ts';
import type { Step } from './step.ts';

/** For a deployment that has just become healthy (contract R7.14). */
export const NEW_SECONDS = 180;
/** For one that is said to run: a rollback must soon know that this one is no way out. */
export const STANDING_SECONDS = 30;

/**
 * The one order of every cut-over, shared by deploy, rollback and promote: it answers through the router → the durable
 * write → the live promotion → every router answers with it (decision 6). Before the write the old deployment is untouched.
 * @param canary the rollout of it that this ends, as it becomes active
 */
export function cutOver(target: NamedService, affinitySeconds: number, canary?: number): readonly Step[] {
	return [verifyAffinityStep(target.id, affinitySeconds), ...moveVisitors(target, null, canary)];
}

/** What needs no lock, since no visitor notices. */
export function answersThere(
	deployment: string,
	service: string,
	affinitySeconds: number,
	page: string | null,
): readonly Step[] {
	return [
		verifyAffinityStep(deployment, affinitySeconds),
		...(page === null ? [] : [checkPageStep(deployment, service, page)]),
	];
}

/** @param page asked for once it is active; `null`: none, or it was asked for before */
export function moveVisitors(
	target: NamedService,
	page: string | null = null,
	canary?: number,
	provenance?: Provenance,
): readonly Step[] {
	return [
		commitActiveStep(target.id, canary),
		promoteStep(target, provenance),
		verifyActiveStep(target.id),
		...(page === null ? [] : [checkPageStep(target.id, target.serviceName, page, { isActive: true })]),
	];
}
