import { delimiter, join } from 'node:path';
import { runProcess } from 'pulse-deploy-kit/run-process';
import { BuildFailure, type StepContext } from '../run-step.ts';

export interface Interpreter {
	readonly path: string;
	/** `Python 3.12.1`. */
	readonly version: string;
}

/** The machine's Python of the image's version; another one where that is missing, which is said. */
export async function interpreterFor(
	image: string | null,
	env: Readonly<Record<string, string>>,
	{ log, signal }: StepContext,
): Promise<Interpreter> {
	const wanted = /^(?:.*\/)?(?:python:|uv:python|.*-python)(3\.\d+)/.exec(image ?? '')?.[1];
	for (const name of [...(wanted === undefined ? [] : [`python${wanted}`]), 'python3', 'python']) {
		for (const folder of (env.PATH ?? '').split(delimiter)) {
			const path = join(folder, name);
			const answer = await runProcess({ command: path, args: ['--version'], cwd: '/', env, signal }).catch(() => null);
			signal.throwIfAborted();
			// Shims of version managers stand on the PATH for versions that are not chosen.
			if (answer?.exitCode !== 0) continue;
			const version = answer.stdout.trim() || answer.stderr.trim();
			if (wanted !== undefined && !version.startsWith(`Python ${wanted}`)) {
				log(`The image has Python ${wanted}; this machine has none, so its ${version} is used.`, 'error');
			}
			return { path, version };
		}
	}
	throw new BuildFailure('The Dockerfile installs Python packages, and there is no python3 on this machine.');
}
