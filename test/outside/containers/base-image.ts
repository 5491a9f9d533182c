import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** An image of this machine's own Node and shell, for where no registry can be reached. Removed by `remove`. */
export function baseImage(engine: string): { readonly tag: string; remove(): void } {
	const tag = `pulse-outside-base:${process.pid}`;
	const root = mkdtempSync(join(tmpdir(), 'pulse-base-'));
	try {
		for (const program of [process.execPath, '/bin/sh', '/bin/sleep']) {
			const target = program === process.execPath ? '/usr/bin/node' : program;
			for (const [from, to] of [[program, target], ...librariesOf(program).map((path) => [path, path])] as [
				string,
				string,
			][]) {
				mkdirSync(dirname(join(root, to)), { recursive: true });
				cpSync(from, join(root, to), { dereference: true });
			}
		}
		mkdirSync(join(root, 'tmp'));
		const made = spawnSync('sh', ['-c', 'tar -C "$1" -c . | "$2" import - "$3"', 'sh', root, engine, tag], {
			encoding: 'utf8',
		});
		if (made.status !== 0) throw new Error(`no base image: ${made.stderr}`);
	} finally {
		rmSync(root, { recursive: true, force: true });
	}
	return { tag, remove: () => void spawnSync(engine, ['image', 'rm', '--force', tag]) };
}

function librariesOf(program: string): string[] {
	const shown = execFileSync('/usr/bin/ldd', [program], { encoding: 'utf8' });
	return [...shown.matchAll(/(\/\S+) \(0x/g)].map(([, path]) => path!);
}
