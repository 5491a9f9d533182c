import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, relative, resolve, sep } from 'node:path';

/** Whether the path is the folder or lies in it. A name may begin with two dots. */
export function isInside(folder: string, path: string): boolean {
	const way = relative(folder, path);
	return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** A path as typed in `cwd`, `~` included. A user without an entry has no home, and is not asked for it. */
export function typedPath(cwd: string, path: string): string {
	return resolve(
		cwd,
		path.replace(/^~(?=\/|$)/, () => homedir()),
	);
}

/**
 * The Dockerfile that a name means: as typed in the working folder, or in the build context where it is only there. One
 * inside the context wins over one that lies outside it: in a monorepo the root often has its own.
 * @returns an absolute path; `null` when there is none
 */
export async function findDockerfile(cwd: string, context: string, given: string): Promise<string | null> {
	const candidates = [typedPath(cwd, given), typedPath(context, given)];
	const there: string[] = [];
	for (const path of candidates) if ((await stat(path).catch(() => null))?.isFile()) there.push(path);
	return there.find((path) => isInside(context, path)) ?? there[0] ?? null;
}
