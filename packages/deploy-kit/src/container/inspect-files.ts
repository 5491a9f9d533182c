import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DockerfileError } from '../dockerfile/dockerfile-error.ts';
import { usageError } from '../errors.ts';
import { type DockerfileApp, inspectDockerfile } from './inspect.ts';

const MANIFESTS = ['requirements.txt', 'pyproject.toml', 'package.json', 'Pipfile'];

/** `dockerfile` relative to the context; `start` in place of its own command. */
export async function inspectContainer(
	context: string,
	dockerfile: string,
	buildArgs: Readonly<Record<string, string>>,
	start: string | undefined,
): Promise<DockerfileApp> {
	const text = await readFile(join(context, dockerfile), 'utf8');
	const manifests = await Promise.all(MANIFESTS.map((name) => readFile(join(context, name), 'utf8').catch(() => '')));
	try {
		return inspectDockerfile(text, buildArgs, manifests, start);
	} catch (error) {
		if (!(error instanceof DockerfileError)) throw error;
		throw usageError(`${dockerfile}: ${error.message}`);
	}
}
