import type { Perform } from './performers.ts';
import { revealed } from './run.ts';

export const buildImage: Perform<'build-image'> = async (step, run, signal) => {
	const { image, source } = step;
	await run.ports.buildImage({ image, source, buildArgs: revealed(run, step.buildArgs) }, signal);
	return undefined;
};
