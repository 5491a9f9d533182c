import type { BuildRequest } from '../adapters/session.ts';
import type { Step } from '../plan/step.ts';
import { NEXT_ID_VARIABLE } from '../protocol.ts';
import type { Perform } from './performers.ts';
import { made, type Run } from './run.ts';

/** Where certificate or baseline take their time. */
export function buildImageStep(id: string): Step {
	return {
		kind: 'build-image',
		id: 'build-image',
		title: `Build the image ${id}, meanwhile`,
		section: 'Image, beside certificate and baseline',
	};
}

export const buildImage: Perform<'build-image'> = async (_step, run, signal) => {
	await run.session.images.build(buildRequest(run), signal);
	return { learnt: { isBuilt: true } };
};

export function buildRequest(run: Run): BuildRequest {
	const { task, container, ...request } = made(run.request, 'the request');
	const docker = made(request.docker, 'what is built');
	const nextId = container?.framework === 'Next.js' ? { [NEXT_ID_VARIABLE]: run.id } : {};
	return {
		dockerfile: docker.dockerfile,
		context: docker.context,
		buildArgs: { ...docker.buildArgs, DEPLOYMENT_NAME: run.name, DEPLOYMENT_ID: run.id, ...nextId },
		architecture: task.architecture,
	};
}
