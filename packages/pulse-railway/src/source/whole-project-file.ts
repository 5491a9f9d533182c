import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const NAMES = ['railway.ts', 'railway.py', 'railway.go'];

/** A file with a partial owns what it declares, and nothing else: `export const partial = "web"`, `partial = "web"`, `Partial`. */
const PARTIAL =
	/^\s*(?:export\s+)?(?:(?:const|let|var)\s+)?(?:partial|PARTIAL|Partial)\b\s*(?::[^=\n]+)?=|^\s*(?:const|var|func)\s+Partial\b/m;

/**
 * The nearest `.railway/railway.{ts,py,go}` in this directory or above, if it stands for a whole project: `railway config
 * apply` then deletes every service that it does not declare (docs/platform-facts/railway.md §12).
 */
export async function wholeProjectFile(directory: string): Promise<string | null> {
	const files = NAMES.map((name) => join(directory, '.railway', name));
	const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => null)));
	if (texts.some((text) => text !== null))
		return files.find((_, at) => texts[at] != null && !PARTIAL.test(texts[at] ?? '')) ?? null;
	const above = dirname(directory);
	return above === directory ? null : wholeProjectFile(above);
}
