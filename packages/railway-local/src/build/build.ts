import { readFileSync } from 'node:fs';
import { startWords } from 'pulse-deploy-kit/container/inspect';
import type { Containers } from '../containers/containers.ts';
import { findOnPath } from '../find-on-path.ts';
import { shellQuote } from '../shell-quote.ts';
import type { ServiceSettings, StartSpec } from '../world/model.ts';
import { buildSource } from './build-source.ts';
import { IMAGE_COMMANDS, knownImage } from './image.ts';
import type { DependencyOptions } from './node/install.ts';
import { BuildFailure, type StepContext } from './run-step.ts';

export interface BuildInput {
	readonly deploymentId: string;
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
	/** Without this platform's own. */
	readonly machinePath: string;
	/** `null`: no container engine is used. */
	readonly containers: Containers | null;
}

export interface Built extends StartSpec {
	/** What of the source was not carried out, for the user who deploys it to know. */
	readonly skipped: readonly string[];
}

export async function build(input: BuildInput, context: StepContext): Promise<Built> {
	if (input.archive === null) return { ...buildImage(input, context), skipped: [] };
	return buildSource(input, input.archive, context);
}

function buildImage({ settings, dir, path, machinePath, containers }: BuildInput, { log }: StepContext): StartSpec {
	const image = settings.image;
	if (image === null) throw new BuildFailure('The service has no source: upload one or set an image.');
	const known = knownImage(image);
	if (known === null && containers !== null) {
		log(`The image ${image} runs by ${containers.text}.`);
		const start = settings.startCommand === null ? null : startWords(settings.startCommand);
		return { command: image, cwd: dir, path, env: {}, container: { image, isOwn: false, start } };
	}
	if (known === null) {
		throw new BuildFailure(
			`The image ${image} cannot run here: this platform has no container engine and knows only pulse-railway-router, ` +
				'pulse-railway-janitor and redis. Deploy from source instead, or start it with --containers.',
		);
	}
	const command = settings.startCommand ?? IMAGE_COMMANDS[known];
	if (/\$\w|\$\{/.test(command) && !/\bsh\s+-c\b/.test(command)) {
		log(`The start command has variables: on Railway an image needs /bin/sh -c around it: ${command}`, 'error');
	}
	if (known === 'janitor' && isPredecessors(command)) return pythonJanitor(command, dir, machinePath, log);
	log(`The image ${image} runs as the program of this machine: ${command}`);
	return { command, cwd: dir, path, env: {} };
}

/** Both tools name their image and their command alike; the predecessor's baseline starts it through a shell. */
const isPredecessors = (command: string): boolean => /^(\/bin\/)?sh -c ["']?pulse-railway janitor run/.test(command);

/** Ours would follow other rules on a stack of the Python tools: only theirs runs for it. */
function pythonJanitor(command: string, dir: string, path: string, log: StepContext['log']): StartSpec {
	const program = findOnPath('pulse-railway', path);
	if (program !== null && /^#!.*python/.test(readFileSync(program, 'utf8').slice(0, 200))) {
		log(`The janitor of the Python tools runs as ${program}.`);
		return { command, cwd: dir, path, env: {} };
	}
	const text =
		'This stack has the janitor of the Python tools, which is not on the PATH: activate its environment before local up, or run pulse-railway upgrade.';
	log(text, 'error');
	return { command: `echo ${shellQuote(text)} >&2; exit 1`, cwd: dir, path, env: {} };
}
