import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** What every Pulse app imports, or is made of, somewhere. */
const MENTION =
	/\bpulse[-.](app|railway|aws|plugin)\b|^\s*(from|import)\s+pulse\w*\b|\b(RailwayPlugin|AWSECSPlugin)\b/m;
const SOURCES = new Set(['.py', '.ts', '.mts', '.cts', '.js', '.mjs', '.cjs', '.tsx', '.jsx']);
const FOREIGN = new Set(['node_modules', '__pycache__', 'venv', 'dist', 'build', 'vendor']);
/** Of a larger tree nobody knows, so its app is asked itself. */
const MOST_FILES = 2_000;

/**
 * Whether anything below the folder may be a Pulse app's. What mentions none of it is a stranger's program, which must not
 * be run on this machine to find that out: it may start a server, or work for minutes.
 */
export async function mentionsPulse(folder: string): Promise<boolean> {
	let read = 0;
	const folders = [folder];
	for (let at = 0; at < folders.length; at++) {
		for (const entry of await readdir(folders[at]!, { withFileTypes: true })) {
			const path = join(folders[at]!, entry.name);
			if (entry.isDirectory()) {
				if (!entry.name.startsWith('.') && !FOREIGN.has(entry.name)) folders.push(path);
				continue;
			}
			if (!SOURCES.has(extname(entry.name))) continue;
			if (++read > MOST_FILES || MENTION.test(await readFile(path, 'utf8').catch(() => ''))) return true;
		}
	}
	return false;
}
