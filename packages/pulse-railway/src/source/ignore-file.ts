import { readFile } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import { expandBraces } from './expand-braces.ts';

/** The rules of one ignore file, for paths at or below its directory. */
export interface IgnoreFile {
	/** Absolute. */
	readonly directory: string;
	readonly rules: Ignore;
}

export async function readIgnoreFile(path: string, directory: string): Promise<IgnoreFile | null> {
	const text = await readFile(path, 'utf8').catch(() => null);
	return text === null ? null : { directory, rules: rules().add(text.split(/\r?\n/).flatMap(expandBraces)) };
}

/** `null` when no rule speaks of the path. `path` is absolute. */
export function verdictOf(file: IgnoreFile, path: string, isDirectory: boolean): 'drop' | 'keep' | null {
	const { ignored, unignored } = file.rules.test(pathWithin(file, path, isDirectory));
	if (ignored) return 'drop';
	return unignored ? 'keep' : null;
}

/**
 * The same rules for a directory that is walked although they drop it, because a stronger file keeps it: below it only
 * what names a path itself still counts. The library, like git, would drop everything under a dropped directory.
 */
export function reopen(file: IgnoreFile, directory: string): IgnoreFile {
	const path = pathWithin(file, directory, true).replace(/[\\*?[\]! #]/g, '\\$&');
	return { directory: file.directory, rules: rules().add(file.rules).add(`!/${path}`) };
}

function rules(): Ignore {
	return ignore({ ignoreCase: false });
}

function pathWithin(file: IgnoreFile, path: string, isDirectory: boolean): string {
	return relative(file.directory, path).split(sep).join('/') + (isDirectory ? '/' : '');
}
