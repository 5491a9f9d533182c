import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

export type Env = Readonly<Record<string, string | undefined>>;

/** The first of these programs that is there: `names` in `PATH`, then whole paths. */
export function findExecutable(names: readonly string[], paths: readonly string[], env: Env): string | null {
	const folders = (env.PATH ?? '').split(delimiter).filter(Boolean);
	const inPath = folders.flatMap((folder) => names.map((name) => join(folder, name)));
	return [...inPath, ...paths].find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
