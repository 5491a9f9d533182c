import { isDeployToolError } from 'pulse-deploy-kit/errors';
import { boundedProvenance, type Provenance } from 'pulse-deploy-kit/history/provenance';
import { NotCommittedError } from 'pulse-deploy-kit/plan/guard';
import type { Preview } from 'pulse-deploy-kit/preview';
import type { Step } from '../plan/step.ts';
import type { Perform } from './performers.ts';
import { underLock } from './under-lock.ts';

export function beginPreviewStep(deployment: string, preview: Preview, provenance?: Provenance): Step {
	return {
		kind: 'begin-preview',
		id: 'begin-preview',
		title: `Make ${deployment} the preview ${preview.name}`,
		deployment,
		preview,
		...(provenance === undefined ? {} : { provenance }),
		commitPoint: true,
		uninterruptible: true,
	};
}

/** The commit point of a preview. Whether a request without an answer was carried out is not known, so then nothing is undone. */
export const beginPreview: Perform<'begin-preview'> = async (
	{ deployment: id, preview, provenance = {} },
	run,
	signal,
) => {
	const params = { id, preview: { ...preview }, provenance: boundedProvenance(provenance) };
	await underLock(run, 'preview.begin', params, signal).catch((error: unknown) => {
		throw isDeployToolError(error) && error.code !== 'control-unreachable' ? new NotCommittedError(error) : error;
	});
	return undefined;
};
