import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../repository/source-files.ts';

/** The commands of a page's `sh` blocks, in order, without what is said of them behind `#`. `after`: of what follows this text. */
export function commandsOfPage(path: string, after = ''): string[] {
	const page = readFileSync(join(ROOT, path), 'utf8');
	const from = page.indexOf(after);
	if (from === -1) throw new Error(`${path} does not say: ${after}`);
	// Up to the next heading: what another section tells is another story.
	const [section = ''] = page.slice(from + after.length).split(/^## /m);
	return [...section.matchAll(/^```sh\n([\s\S]*?)^```/gm)]
		.flatMap(([, block = '']) => block.split('\n'))
		.map((line) => line.replace(/\s+#.*$/, '').trim())
		.filter((line) => line !== '');
}
