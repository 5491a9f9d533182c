import { mkdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { usageError } from './errors.ts';
import { replaceFile } from './replace-file.ts';

/** Beside `pulse.toml`: what a tool has made for this app, so that a new shell, or a colleague, need not name it. No secret. */
export const REMEMBERED_FOLDER = '.pulse';

/** What was remembered under this name; `undefined`: nothing was. @throws usage error for a file that is no JSON object */
export async function readRemembered(folder: string, name: string): Promise<Record<string, unknown> | undefined> {
	const text = await readFile(join(folder, REMEMBERED_FOLDER, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
		if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
		throw unreadable(name, error.message);
	});
	if (text === undefined) return undefined;
	try {
		const value: unknown = JSON.parse(text);
		if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
	} catch {
		// Told below, as for any other value.
	}
	throw unreadable(name, 'it is no JSON object');
}

/** Whole or not at all: a merge that went wrong must not send a deploy elsewhere. */
export async function writeRemembered(folder: string, name: string, value: object): Promise<void> {
	await leftOut(folder, name);
	await replaceFile(join(folder, REMEMBERED_FOLDER, name), `${JSON.stringify(value, null, '\t')}\n`);
}

/** What was made is gone. A folder in which nothing else is remembered goes along. */
export async function forgetRemembered(folder: string, name: string): Promise<void> {
	await rm(join(folder, REMEMBERED_FOLDER, name), { force: true });
	await rmdir(join(folder, REMEMBERED_FOLDER)).catch(() => {});
}

/** What is of this machine alone stands in a folder below, which git and uploads leave out. */
async function leftOut(folder: string, name: string): Promise<void> {
	const below = dirname(name);
	if (below === '.') return;
	const path = join(folder, REMEMBERED_FOLDER, below);
	await mkdir(path, { recursive: true });
	for (const file of ['.gitignore', '.railwayignore']) await writeFile(join(path, file), '*\n');
}

/** For messages. */
export function rememberedPlace(name: string): string {
	return `${REMEMBERED_FOLDER}/${name}`;
}

export function unreadable(name: string, why: string) {
	return usageError(
		`${rememberedPlace(name)} cannot be read: ${why}`,
		'Restore it from your repository, or delete it and name the target by flags.',
	);
}
