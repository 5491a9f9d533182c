import type { Step } from '../plan/step.ts';
import { repositoryName } from '../platform/baseline-outputs.ts';
import { type ImageManifest, tagImage as put } from '../platform/versions.ts';
import type { Perform } from './performers.ts';
import { made } from './run.ts';

export function tagImageStep(id: string, of: string, image: ImageManifest): Step {
	return {
		kind: 'tag-image',
		id: 'tag-image',
		title: `Keep the image of ${of} for ${id}`,
		section: 'Deployment',
		image,
	};
}

/** Nothing is built: what ran runs again, under a tag of its own, so that it outlives that of the earlier deployment. */
export const tagImage: Perform<'tag-image'> = async ({ image }, run) => {
	const { ecrRepositoryUri } = made(run.baseline, 'the baseline');
	await put(run.session.aws, repositoryName(ecrRepositoryUri), image, run.id);
	return { text: image.uri, learnt: { imageUri: image.uri } };
};
