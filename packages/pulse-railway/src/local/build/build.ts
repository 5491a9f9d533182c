import type { ServiceSettings, StartSpec } from '../world/model.ts';
import { buildSource } from './build-source.ts';
import { IMAGE_COMMANDS, knownImage } from './image.ts';
import type { DependencyOptions } from './node/install.ts';
import { BuildFailure, type StepContext } from './run-step.ts';

export interface BuildInput {
	/** Folder of this deployment alone. */
	readonly dir: string;
	/** Uploaded archive; `null` builds from the image in the settings. */
	readonly archive: string | null;
	readonly settings: ServiceSettings;
	/** Rendered variables of the service: also its build arguments (facts §10). */
	readonly variables: Readonly<Record<string, string>>;
	readonly dependencies: DependencyOptions;
	/** Runs in place of the Dockerfile's RUN lines; empty is nothing. */
	readonly buildCommand: string | null;
	/** PATH of the machine and of this platform's own commands. */
	readonly path: string;
}

export interface Built extends StartSpec {
	/** What of the source was not carried out, for whoever deploys it to know. */
	readonly skipped: readonly string[];
}

export async function build(input: BuildInput, context: StepContext): Promise<Built> {
	if (input.archive === null) return { ...buildImage(input, context), skipped: [] };
	return buildSource(input, input.archive, context);
}

function buildImage({ settings, dir, path }: BuildInput, { log }: StepContext): StartSpec {
	const image = settings.image;
	if (image === null) throw new BuildFailure('The service has no source: upload one or set an image.');
	const known = knownImage(image);
	if (known === null) {
		throw new BuildFailure(
			`The image ${image} cannot run here: this platform has no container engine and knows only pulse-railway-router, ` +
				'pulse-railway-janitor and redis. Deploy from source instead.',
		);
	}
	const command = settings.startCommand ?? IMAGE_COMMANDS[known];
	if (/\$\w|\$\{/.test(command) && !/\bsh\s+-c\b/.test(command)) {
		log(`The start command has variables: on Railway an image needs /bin/sh -c around it: ${command}`, 'error');
	}
	log(`The image ${image} runs as the program of this machine: ${command}`);
	return { command, cwd: dir, path, env: {} };
}
