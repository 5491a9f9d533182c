import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../repository/source-files.ts';

/** Packs what an app of one's own needs, as the README says; the tarballs by the names of their packages. */
export function packForProjects(folder: string): Record<string, string> {
	const line = /^npm pack .*$/m.exec(readFileSync(join(ROOT, 'README.md'), 'utf8'))?.[0] ?? '';
	const workspaces = [...line.matchAll(/-w (\S+)/g)].flatMap(([, name]) => ['-w', name ?? '']);
	mkdirSync(folder, { recursive: true });
	const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder, ...workspaces];
	const output = execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 2 ** 24 });
	const packed = JSON.parse(output) as { name: string; filename: string }[];
	return Object.fromEntries(packed.map(({ name, filename }) => [name, filename]));
}
