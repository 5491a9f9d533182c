import type { Step } from './step.ts';

/** For a deployment that has just become healthy (contract R7.14). */
export const NEW_SECONDS = 180;
/** For one that is said to run: whoever rolls back must soon know that this one is no way out. */
export const STANDING_SECONDS = 30;
const ACTIVE_BUDGET_SECONDS = 180;

/**
 * The one order of every cut-over, shared by deploy, rollback and promote: it answers through the router → the durable
 * write → the live promotion → everybody answers with it (decision 6). Before the write the old deployment is untouched.
 * @param page asked for before the write; `null`: none, e.g. of a rollback, whose target has served visitors
 */
export function cutOver(
	deployment: string,
	service: string,
	affinitySeconds: number,
	page: string | null = null,
): readonly Step[] {
	return [
		{
			kind: 'verify-affinity',
			id: 'verify-affinity',
			title: `Check that ${deployment} answers through the router`,
			deployment,
			budgetSeconds: affinitySeconds,
		},
		...(page === null ? [] : [pageStep(deployment, service, page)]),
		{
			kind: 'commit-active',
			id: 'commit',
			title: `Make ${deployment} the active deployment`,
			deployment,
			commitPoint: true,
			uninterruptible: true,
		},
		{
			kind: 'promote',
			id: 'promote',
			title: `Send new visitors to ${deployment}`,
			deployment,
			service,
			uninterruptible: true,
		},
		{
			kind: 'verify-active',
			id: 'verify-active',
			title: `Check that new visitors reach ${deployment}`,
			deployment,
			budgetSeconds: ACTIVE_BUDGET_SECONDS,
		},
	];
}

function pageStep(deployment: string, service: string, path: string): Step {
	const title = `Check that ${path} of ${deployment} gives no server error`;
	return { kind: 'check-page', id: 'check-page', title, deployment, service, path };
}
