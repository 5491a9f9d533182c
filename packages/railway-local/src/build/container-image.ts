import { join } from 'node:path';
import { hiddenBuildArgs } from 'pulse-deploy-kit/build-args';
import { startWords } from 'pulse-deploy-kit/container/inspect';
import type { Containers } from '../containers/containers.ts';
import { shellQuote } from '../shell-quote.ts';
import type { BuildInput, Built } from './build.ts';
import { BuildFailure, runStep, type StepContext } from './run-step.ts';

/** A Dockerfile of an upload. */
export interface ImageSource {
	/** The build context. */
	readonly root: string;
	/** Relative to it. */
	readonly file: string;
	readonly text: string;
	readonly deploymentId: string;
}

/** The real image. Its values are in the environment of the engine's command: process arguments are public. */
export async function buildImage(
	{ settings, variables, dir }: Pick<BuildInput, 'settings' | 'variables' | 'dir'>,
	{ root, file, text, deploymentId }: ImageSource,
	containers: Containers,
	context: StepContext,
): Promise<Built> {
	const tag = containers.tagOf(deploymentId);
	const given = hiddenBuildArgs(pick(variables, declaredArgs(text)));
	const secrets = hiddenBuildArgs(pick(variables, mountedSecrets(text))).env;
	const args = [
		...['build', '--force-rm', '--file', join(root, file), '--tag', tag, ...containers.label],
		...given.args,
		...Object.keys(secrets).flatMap((name) => ['--secret', `id=${name},env=${name}`]),
		root,
	];
	const env = { ...containers.env, ...given.env, ...secrets, BUILDKIT_PROGRESS: 'plain' };
	const command = [containers.program, ...args].map(shellQuote).join(' ');
	await runStep(context, { command, cwd: root, env }).catch((error: unknown) => {
		if (!(error instanceof BuildFailure)) throw error;
		throw new BuildFailure(`${file} could not be built by ${containers.text}; its lines are above.`);
	});
	const start = settings.startCommand === null ? null : startWords(settings.startCommand);
	context.log(start === null ? 'It starts as its Dockerfile says.' : `Start command: ${settings.startCommand}`);
	return { command: tag, cwd: dir, path: '', env: {}, container: { image: tag, isOwn: true, start }, skipped: [] };
}

/** As on Railway a build is offered every variable, and sees those that a stage declares (facts §10). */
function declaredArgs(text: string): Set<string> {
	const lines = text.replace(/\\\r?\n/g, ' ').matchAll(/^[ \t]*ARG[ \t]+(.*)$/gim);
	return new Set([...lines].flatMap(([, words = '']) => words.split(/\s+/).map((word) => word.split('=')[0] ?? '')));
}

/** `RUN --mount=type=secret,id=NAME`: such a value is in no layer and in no history. */
function mountedSecrets(text: string): Set<string> {
	return new Set(
		[...text.matchAll(/--mount=(\S*type=secret\S*)/g)].flatMap(
			([, mount = '']) => /\bid=([\w.-]+)/.exec(mount)?.[1] ?? [],
		),
	);
}

function pick(variables: Readonly<Record<string, string>>, wanted: ReadonlySet<string>): Record<string, string> {
	return Object.fromEntries(Object.entries(variables).filter(([name]) => wanted.has(name)));
}
