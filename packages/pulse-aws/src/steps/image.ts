import type { BuildRequest } from '../adapters/session.ts';
import { made, type Run } from './run.ts';

function buildRequest(run: Run): BuildRequest {
	const { docker, task } = made(run.request, 'the request');
	return {
		dockerfile: docker.dockerfile,
		context: docker.context,
		buildArgs: { ...docker.buildArgs, DEPLOYMENT_NAME: run.name, DEPLOYMENT_ID: run.id },
		architecture: task.architecture,
	};
}

export async function buildImage(run: Run, signal: AbortSignal): Promise<undefined> {
	await run.session.images.build(buildRequest(run), signal);
	run.isBuilt = true;
}

export async function pushImage(run: Run, signal: AbortSignal): Promise<string> {
	const place = { repositoryUri: made(run.baseline, 'the baseline').ecrRepositoryUri, tag: run.id };
	const request = { ...buildRequest(run), ...place, isBuilt: run.isBuilt };
	run.imageUri = await run.session.images.push(request, signal);
	return run.imageUri;
}
