import type { SourceTree, Step, Variables } from '../plan/step.ts';
import type { Perform } from './performers.ts';
import { revealed } from './run.ts';

export function buildImageStep(image: string, source: SourceTree, buildArgs: Variables): Step {
	const details = [`${image} from ${source.context}, ${source.dockerfile}`];
	return { kind: 'build-image', id: 'build', title: `Build and push ${image}`, details, image, source, buildArgs };
}

export const buildImage: Perform<'build-image'> = async (step, run, signal) => {
	const { image, source } = step;
	await run.ports.buildImage({ image, source, buildArgs: revealed(run, step.buildArgs) }, signal);
	return undefined;
};
