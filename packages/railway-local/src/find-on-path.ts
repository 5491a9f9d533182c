import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Absolute path of a program; `null`: there is none. */
export function findOnPath(program: string, path: string): string | null {
	for (const dir of path.split(delimiter)) {
		const candidate = join(dir, program);
		try {
			accessSync(candidate, constants.X_OK);
			return candidate;
		} catch {}
	}
	return null;
}
