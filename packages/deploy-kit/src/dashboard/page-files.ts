import { readFile } from 'node:fs/promises';

/** Bundled from `pulse-dashboard` by `npm run build`; at the same place seen from `src` and from `dist`. */
const FOLDER = new URL('../../dist/dashboard-page/', import.meta.url);

const FILES: Readonly<Record<string, readonly [file: string, type: string]>> = {
	'/': ['page.html', 'text/html; charset=utf-8'],
	'/page.js': ['page.js', 'text/javascript; charset=utf-8'],
	'/page.css': ['page.css', 'text/css; charset=utf-8'],
	'/icon.svg': ['icon.svg', 'image/svg+xml'],
};

/** What the page is made of; it holds nothing of what it will show. */
export async function pageFile(path: string): Promise<{ readonly type: string; readonly body: Buffer } | null> {
	const found = Object.hasOwn(FILES, path) ? FILES[path] : undefined;
	if (found === undefined) return null;
	const [file, type] = found;
	return { type, body: await readFile(new URL(file, FOLDER)) };
}
