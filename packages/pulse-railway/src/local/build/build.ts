import { readFile, realpath } from 'node:fs/promises';
import { delimiter, join, relative } from 'node:path';
import type { ServiceSettings, StartSpec } from '../world/model.ts';
import { dependencyCommands, writeCommands } from './commands.ts';
import { type DependencyOptions, installDependencies } from './dependencies.ts';
import { DockerfileError } from './dockerfile/dockerfile-error.ts';
import { type DockerfileFacts, readDockerfile } from './dockerfile.ts';
import { IMAGE_COMMANDS, knownImage } from './image.ts';
import { BuildFailure, runStep, type StepContext } from './run-step.ts';
import { unpack } from './unpack.ts';

export interface BuildInput {
	/** Folder of this deployment alone. */
	readonly dir: string;
	/** Uploaded archive; `null` builds from the image in the settings. */
	readonly archive: string | null;
	readonly settings: ServiceSettings;
	/** Rendered variables of the service: also its build arguments (facts §10). */
	readonly variables: Readonly<Record<string, string>>;
	readonly dependencies: DependencyOptions;
	/** PATH of the machine and of this platform's own commands. */
	readonly path: string;
}

export async function build(input: BuildInput, context: StepContext): Promise<StartSpec> {
	return input.archive === null ? buildImage(input, context) : buildSource(input, input.archive, context);
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

async function buildSource(input: BuildInput, archive: string, context: StepContext): Promise<StartSpec> {
	const { settings, variables } = input;
	const { log, signal } = context;
	const app = join(input.dir, 'app');
	const { files } = await unpack(archive, app, signal).catch((error: Error) => {
		signal.throwIfAborted();
		throw new BuildFailure(`The upload cannot be unpacked: ${error.message}`);
	});
	log(`Unpacked ${files} files and folders.`);
	const root = await inside(app, settings.rootDirectory ?? '.');
	const docker = await dockerfile(root, settings, variables, context);
	await installDependencies(root, input.dependencies, context);
	const commands = await writeCommands(join(input.dir, 'bin'), await dependencyCommands(root));
	const path = [join(root, 'node_modules', '.bin'), commands, input.path].join(delimiter);
	const manifest = await packageScripts(root);
	const buildCommand = settings.buildCommand ?? (docker === null && manifest?.build ? 'npm run build' : null);
	if (buildCommand !== null) {
		await runStep(context, {
			command: buildCommand,
			cwd: root,
			env: { ...input.dependencies.env, ...variables, PATH: path },
		});
	}
	const command = settings.startCommand ?? docker?.command ?? (manifest?.start ? 'npm run start' : null);
	if (command === null) {
		throw new BuildFailure('No start command was found: set one, or a CMD in the Dockerfile, or a start script.');
	}
	log(`Start command: ${command}`);
	return { command, cwd: root, path, env: docker?.env ?? {} };
}

async function dockerfile(
	root: string,
	settings: ServiceSettings,
	variables: Readonly<Record<string, string>>,
	{ log }: StepContext,
): Promise<DockerfileFacts | null> {
	const named = variables.RAILWAY_DOCKERFILE_PATH ?? settings.dockerfilePath;
	const path = named ?? 'Dockerfile';
	const text = await readFile(await inside(root, path), 'utf8').catch(() => null);
	if (text === null) {
		if (named) throw new BuildFailure(`Dockerfile not found in the upload: ${named}`);
		return null;
	}
	const facts = dockerfileFacts(text, variables, path);
	log(`${path}: its stages are not executed, because this platform has no container engine. Not carried out:`);
	for (const line of facts.notApplied) log(`  ${line}`);
	for (const step of facts.stages.flatMap((stage) => stage.steps)) log(`  ${step.source}`);
	return facts;
}

function dockerfileFacts(text: string, variables: Readonly<Record<string, string>>, path: string): DockerfileFacts {
	try {
		return readDockerfile(text, variables);
	} catch (error) {
		if (error instanceof DockerfileError) throw new BuildFailure(`${path}: ${error.message}`);
		throw error;
	}
}

async function inside(root: string, path: string): Promise<string> {
	const target = join(root, path);
	const real = await realpath(target).catch(() => target);
	const away = relative(await realpath(root), real);
	if (away.startsWith('..')) throw new BuildFailure(`A path leads outside the upload: ${path}`);
	return target;
}

async function packageScripts(root: string): Promise<Record<string, string> | null> {
	const text = await readFile(join(root, 'package.json'), 'utf8').catch(() => null);
	return text === null ? null : ((JSON.parse(text) as { scripts?: Record<string, string> }).scripts ?? {});
}
