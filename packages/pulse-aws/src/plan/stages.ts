import type { Step } from './step.ts';

/** Neither needs what the other makes, and a build takes minutes. */
const SIDE_BY_SIDE: readonly (readonly Step['kind'][])[] = [
	['push-image', 'register-task-definition'],
	['create-target-group', 'create-rule'],
];

/** Steps of one stage: tracks that run at the same time, each in its own order. */
export type Stage = readonly (readonly Step[])[];

/** What may run side by side does; everything else is a stage of its own, in the order of the plan. */
export function stages(steps: readonly Step[]): Stage[] {
	const trackOf = (step: Step) => SIDE_BY_SIDE.findIndex((kinds) => kinds.includes(step.kind));
	const together = steps.filter((step) => trackOf(step) !== -1);
	const tracks = SIDE_BY_SIDE.map((_, track) => together.filter((step) => trackOf(step) === track));
	return steps.flatMap((step) => {
		if (trackOf(step) === -1) return [[[step]]];
		return step === together[0] ? [tracks.filter((track) => track.length > 0)] : [];
	});
}

/** The part of the work that a step belongs to, as a heading. */
export function section(step: Step): string {
	switch (step.kind) {
		case 'request-certificate':
		case 'await-certificate':
			return 'Certificate';
		case 'delete-failed-baseline':
		case 'repair-baseline':
		case 'deploy-baseline':
		case 'set-listener-certificate':
			return 'Baseline';
		case 'settle':
		case 'remove-deployments':
			return 'What is left over';
		case 'push-image':
		case 'register-task-definition':
		case 'create-target-group':
		case 'create-rule':
		case 'create-service':
			return 'Deployment';
		case 'bring-back':
		case 'await-health':
		case 'verify-affinity':
		case 'check-page':
			return 'Health';
		case 'switch':
		case 'confirm':
		case 'mark-active':
		case 'mark-draining':
			return 'Traffic';
		case 'check-domain':
			return 'Domain';
		case 'stop-routing':
		case 'await-tasks':
		case 'delete-stack':
		case 'delete-parameters':
			return 'Teardown';
	}
}
