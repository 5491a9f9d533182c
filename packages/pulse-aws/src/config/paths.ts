import { stat } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { findDockerfile, typedPath as hostPath, isInside } from 'pulse-deploy-kit/build-paths';
import { usageError } from 'pulse-deploy-kit/errors';

/** What is built, checked to exist. */
export interface DockerPaths {
	/** Absolute. */
	readonly dockerfile: string;
	readonly context: string;
	/** Relative to the context. */
	readonly appFile: string;
	readonly webRoot: string;
}

/**
 * Host paths start where the command was run, `~` included; app file and web root are paths of the context.
 * @param needsWebRoot whether the web root must be there
 */
export async function dockerPaths(cwd: string, given: DockerPaths, needsWebRoot: boolean): Promise<DockerPaths> {
	const { dockerfile, context } = await hostPaths(cwd, given);
	await inContext(context, given.appFile, 'app-file', 'App file', 'file');
	if (needsWebRoot) await inContext(context, given.webRoot, 'web-root', 'Web root', 'directory');
	return { dockerfile, context, appFile: given.appFile, webRoot: given.webRoot };
}

export async function hostPaths(
	cwd: string,
	given: Pick<DockerPaths, 'dockerfile' | 'context'>,
): Promise<Pick<DockerPaths, 'dockerfile' | 'context'>> {
	const context = hostPath(cwd, given.context);
	if (!(await isKind(context, 'directory')))
		throw usageError(`Context path not found: ${given.context}`, 'Name it with --context.');
	const dockerfile = await findDockerfile(cwd, context, given.dockerfile);
	if (dockerfile === null) throw usageError(`Dockerfile not found: ${given.dockerfile}`, 'Name it with --dockerfile.');
	return { dockerfile, context };
}

/** A bare program name is left to PATH. */
export function programPath(cwd: string, given: string): string {
	return /[\\/]/.test(given) || given.startsWith('~') ? hostPath(cwd, given) : given;
}

export async function cdkWorkdir(cwd: string, given: string): Promise<string> {
	const path = hostPath(cwd, given);
	if (!(await isKind(path, 'directory'))) throw usageError(`CDK workdir not found: ${given}`);
	return path;
}

async function inContext(
	context: string,
	path: string,
	flag: string,
	label: string,
	kind: 'file' | 'directory',
): Promise<void> {
	if (isAbsolute(path)) throw usageError(`--${flag} must be relative to the Docker build context`);
	if (!isInside(context, resolve(context, path))) throw usageError(`--${flag} must be inside the Docker build context`);
	if (!(await isKind(resolve(context, path), kind)))
		throw usageError(`${label} not found: ${path}`, `Name it with --${flag}.`);
}

async function isKind(path: string, kind: 'file' | 'directory'): Promise<boolean> {
	const found = await stat(path).catch(() => null);
	return kind === 'file' ? found?.isFile() === true : found?.isDirectory() === true;
}
