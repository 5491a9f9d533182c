import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { asksForPulse, isManifest } from './manifest.ts';

/** What every Pulse app imports, or is made of, somewhere. */
const MENTION =
	/\bpulse[-.](app|railway|aws|plugin)\b|^\s*(from|import)\s+pulse\w*\b|\b(RailwayPlugin|AWSECSPlugin)\b/m;
const SOURCES = new Set(['.py', '.ts', '.mts', '.cts', '.js', '.mjs', '.cjs', '.tsx', '.jsx']);
const FOREIGN = new Set([
	'node_modules',
	'bower_components',
	'__pycache__',
	'__pypackages__',
	'site-packages',
	'dist-packages',
	'venv',
	'dist',
	'build',
	'target',
	'vendor',
]);
/** They make a folder an installed Python, whatever its name. */
const ENVIRONMENT = new Set(['pyvenv.cfg', 'conda-meta']);
export const MOST_FILES = 2_000;

/**
 * Whether anything below the folder may be a Pulse app's; `null`: it holds more sources than are read. What mentions none of
 * it is a stranger's program, which must not be run on this machine to find that out: it may start a server, or work for
 * minutes.
 */
export async function mentionsPulse(folder: string): Promise<boolean | null> {
	let read = 0;
	const folders = [folder];
	for (let at = 0; at < folders.length; at++) {
		const below = at > 0;
		// What cannot be read cannot be uploaded either.
		const entries = await readdir(folders[at]!, { withFileTypes: true }).catch((error: unknown) => {
			if (!below) throw error;
			return [];
		});
		if (below && entries.some(({ name }) => ENVIRONMENT.has(name))) continue;
		const files = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
		const text = (name: string) => readFile(join(folders[at]!, name), 'utf8').catch(() => '');
		for (const name of files.filter(isManifest)) if (asksForPulse(name, await text(name))) return true;
		for (const name of files) {
			if (!SOURCES.has(extname(name))) continue;
			if (++read > MOST_FILES) return null;
			if (MENTION.test(await text(name))) return true;
		}
		for (const entry of entries) {
			if (!entry.isDirectory() || entry.name.startsWith('.') || FOREIGN.has(entry.name)) continue;
			folders.push(join(folders[at]!, entry.name));
		}
	}
	return false;
}
