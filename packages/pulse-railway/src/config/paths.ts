import { stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { findDockerfile, typedPath as fromHere, isInside } from 'pulse-deploy-kit/build-paths';
import { usageError } from 'pulse-deploy-kit/errors';

export interface GivenPaths {
	readonly cwd: string;
	readonly context: string;
	/** Relative to the context. `undefined` = the first of {@link DEFAULT_APP_FILES} that exists. */
	readonly appFile: string | undefined;
}

export const DEFAULT_APP_FILES = ['main.py', 'app.ts', 'app.js'] as const;

export async function locateContext(cwd: string, given: string): Promise<string> {
	const context = fromHere(cwd, given);
	if ((await kindOf(context)) !== 'directory') throw usageError(`Context path not found: ${given}`);
	return context;
}

/** Context and app file: what is needed before the app is loaded (contract R7.5). */
export async function locateApp(given: GivenPaths): Promise<{ context: string; appFile: string }> {
	const context = await locateContext(given.cwd, given.context);
	const appFile = given.appFile ?? (await firstFile(context, DEFAULT_APP_FILES));
	if (appFile === undefined) throw usageError(`App file not found: ${DEFAULT_APP_FILES[0]}`, nameAppFile(context));
	return { context, appFile: await inContext(context, appFile, 'app-file', 'App file', 'file') };
}

/** The Dockerfile, relative to the context. */
export async function locateDockerfile(cwd: string, context: string, given: string): Promise<string> {
	const path = await findDockerfile(cwd, context, given);
	if (path !== null && !isInside(context, path)) throw usageError('dockerfile must be inside the build context');
	if (path !== null) return posix(relative(context, path));
	throw usageError(
		`Dockerfile not found: ${given}`,
		`Create one in ${context} (there is a short one in the README), or name it with --dockerfile.`,
	);
}

export function locateWebRoot(context: string, webRoot: string): Promise<string> {
	return inContext(context, webRoot, 'web-root', 'Web root', 'directory');
}

/** The file of an `init`, from the invocation's directory. */
export async function locateAppFromHere(cwd: string, given: string | undefined): Promise<string> {
	const name = given ?? (await firstFile(cwd, DEFAULT_APP_FILES)) ?? DEFAULT_APP_FILES[0];
	const path = fromHere(cwd, name);
	if ((await kindOf(path)) !== 'file') {
		throw usageError(
			`App file not found: ${name}`,
			given === undefined ? nameAppFile(cwd) : `It is looked for in ${cwd}.${await higherUp(cwd, name)}`,
		);
	}
	return path;
}

/** What `deploy` takes for the app file of an `init`: its context is the folder that it is typed in, or that of the app. */
export function deployWords(cwd: string, appFile: string | undefined): string {
	if (appFile === undefined) return 'deploy';
	const inside = relative(cwd, fromHere(cwd, appFile));
	const isAway = inside === '..' || inside.startsWith('../') || isAbsolute(inside);
	const words = isAway ? ['deploy', basename(inside), '--context', dirname(inside)] : ['deploy', posix(inside)];
	return words.map(shellWord).join(' ');
}

const shellWord = (word: string): string => (/^[\w./@:+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** Typed in a subfolder: the file may stand in a folder above. */
async function higherUp(cwd: string, name: string): Promise<string> {
	if (isAbsolute(name) || name.startsWith('~')) return '';
	for (let up = '..', above = dirname(cwd); ; up = `../${up}`, above = dirname(above)) {
		if ((await kindOf(join(above, name))) === 'file') return ` There is one above: cd ${up}`;
		if (dirname(above) === above) return '';
	}
}

function nameAppFile(folder: string): string {
	return `Name the file that creates your App. Without a name it is ${DEFAULT_APP_FILES.join(', ')}, the first that is in ${folder}.`;
}

async function inContext(
	context: string,
	path: string,
	flag: string,
	label: string,
	kind: 'file' | 'directory',
): Promise<string> {
	if (isAbsolute(path)) throw usageError(`${flag} must be relative`, `Write it relative to the context ${context}.`);
	const inside = relative(context, resolve(context, path));
	if (!isInside(context, resolve(context, path)))
		throw usageError(
			`${flag} must be inside the build context, got '${path}'`,
			flag === 'app-file'
				? `pulse-railway ${deployWords(context, path)}`
				: `The context is ${context}; name another with --context.`,
		);
	if ((await kindOf(resolve(context, path))) !== kind)
		throw usageError(`${label} not found: ${path}`, `Name it relative to the context ${context}, with --${flag}.`);
	return posix(inside);
}

async function firstFile(directory: string, names: readonly string[]): Promise<string | undefined> {
	for (const name of names) if ((await kindOf(join(directory, name))) === 'file') return name;
	return undefined;
}

async function kindOf(path: string): Promise<'file' | 'directory' | undefined> {
	const found = await stat(path).catch(() => null);
	return found?.isFile() ? 'file' : found?.isDirectory() ? 'directory' : undefined;
}

function posix(path: string): string {
	return path.replaceAll('\\', '/');
}
