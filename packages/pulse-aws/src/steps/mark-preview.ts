import type { PreviewTerms } from 'pulse-deploy-kit/preview';
import { previewsNamed } from '../deployments/deployment.ts';
import type { Step } from '../plan/step.ts';
import { writePreview, writePreviewTime } from '../platform/state.ts';
import type { Perform } from './performers.ts';
import { made } from './run.ts';

export function markPreviewStep(id: string, preview: PreviewTerms): Step {
	return {
		kind: 'mark-preview',
		id: 'mark-preview',
		title: `Make ${id} the preview ${preview.name}`,
		section: 'Preview',
		preview,
		commitPoint: true,
		uninterruptible: true,
	};
}

/** Itself first: a run that is killed in between leaves two of a name, and no reader without one. */
export const markPreview: Perform<'mark-preview'> = async ({ preview: { name, forMs } }, run) => {
	const { aws, clock } = run.session;
	const now = clock.now();
	const preview = { name, until: now + forMs };
	const serviceArn = made(made(run.target, 'the target').serviceArn, 'the service');
	await writePreview(aws, { name: run.name, id: run.id, serviceArn }, preview);
	const earlier = previewsNamed(made(run.fleet, 'the fleet').deployments, name, now).filter(({ id }) => id !== run.id);
	for (const one of earlier) await writePreviewTime(aws, one.serviceArn, { name, until: now });
	const { request, imageUri } = run;
	run.tell({
		event: 'preview',
		id: run.id,
		until: preview.until,
		image: imageUri,
		commit: request?.commit ?? null,
		message: request?.message ?? null,
	});
	return { learnt: { preview } };
};
