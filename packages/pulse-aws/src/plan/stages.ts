import type { Step } from './step.ts';

/** Groups of tracks: neither track needs what the other makes, and a build takes minutes. */
const SIDE_BY_SIDE: readonly (readonly (readonly Step['kind'][])[])[] = [
	[
		['build-image'],
		[
			...(['request-certificate', 'await-certificate', 'delete-failed-baseline', 'repair-baseline'] as const),
			...(['deploy-baseline', 'protect-baseline', 'set-listener-certificate', 'settle', 'remove-leftovers'] as const),
		],
	],
	[
		['push-image', 'register-task-definition'],
		['create-target-group', 'create-rule'],
	],
];

/** Steps of one stage: tracks that run at the same time, each in its own order. */
export type Stage = readonly (readonly Step[])[];

/** What may run side by side does; everything else is a stage of its own, in the order of the plan. */
export function stages(steps: readonly Step[]): Stage[] {
	const groups = SIDE_BY_SIDE.map((kinds) =>
		kinds.map((track) => steps.filter((step) => track.includes(step.kind))),
	).filter((tracks) => tracks.every((track) => track.length > 0));
	return steps.flatMap((step) => {
		const tracks = groups.find((group) => group.flat().includes(step));
		if (tracks === undefined) return [[[step]]];
		return step === steps.find((one) => tracks.flat().includes(one)) ? [tracks] : [];
	});
}

/** The part of the work that a step belongs to, as a heading. */
export function section(step: Step): string {
	switch (step.kind) {
		case 'build-image':
			return 'Image, beside certificate and baseline';
		case 'request-certificate':
		case 'await-certificate':
			return 'Certificate';
		case 'delete-failed-baseline':
		case 'repair-baseline':
		case 'deploy-baseline':
		case 'protect-baseline':
		case 'set-listener-certificate':
			return 'Baseline';
		case 'settle':
		case 'remove-deployments':
		case 'remove-leftovers':
			return 'What is left over';
		case 'reserve-id':
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
