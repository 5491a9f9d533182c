import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../repository/source-files.ts';

const run = promisify(execFile);

export interface Tarball {
	readonly name: string;
	readonly filename: string;
	/** Paths in the package. */
	readonly files: readonly string[];
}

/** Packs what `npm publish` would publish, from the build that is there. */
export async function packInto(folder: string, packages: readonly string[]): Promise<Tarball[]> {
	const workspaces = packages.flatMap((name) => ['-w', `packages/${name}`]);
	const { stdout } = await run(
		'npm',
		['pack', '--json', '--ignore-scripts', '--pack-destination', folder, ...workspaces],
		{ cwd: ROOT, maxBuffer: 16 * 1024 * 1024 },
	);
	const packed = JSON.parse(stdout) as { name: string; filename: string; files: { path: string }[] }[];
	return packed.map(({ name, filename, files }) => ({ name, filename, files: files.map(({ path }) => path) }));
}

/** Runs the install line of a Dockerfile in `folder`, with those of the tarballs that it copies. */
export async function installAs(dockerfile: string, folder: string, tarballs: string): Promise<void> {
	const text = await readFile(join(ROOT, dockerfile), 'utf8');
	const line = /^RUN ((?:.*\\\n)*.*)$/m.exec(text)?.[1];
	if (!line) throw new Error(`${dockerfile} installs nothing`);
	const copied = /^COPY (.*) \/tarballs\/$/m.exec(text)?.[1];
	// What npm has seen before needs no network.
	const here = line.replaceAll('/tarballs', './tarballs').replace('npm install', 'npm install --prefer-offline');
	await install(folder, `mkdir tarballs && (cd ${tarballs} && cp ${copied} ${folder}/tarballs) && ${here}`);
}

/** Runs an install line with nothing of this repository in reach. */
export async function install(folder: string, line: string): Promise<void> {
	await run('sh', ['-c', line], { cwd: folder, env: { PATH: process.env.PATH, HOME: process.env.HOME } });
}
