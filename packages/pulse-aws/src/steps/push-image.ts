import type { Step } from '../plan/step.ts';
import { buildRequest } from './build-image.ts';
import type { Perform } from './performers.ts';
import { made } from './run.ts';

export function pushImageStep(id: string): Step {
	return { kind: 'push-image', id: 'push-image', title: `Build and push the image ${id}`, section: 'Deployment' };
}

export const pushImage: Perform<'push-image'> = async (_step, run, signal) => {
	const place = { repositoryUri: made(run.baseline, 'the baseline').ecrRepositoryUri, tag: run.id };
	const request = { ...buildRequest(run), ...place, isBuilt: run.isBuilt };
	const imageUri = await run.session.images.push(request, signal);
	return { text: imageUri, learnt: { imageUri } };
};
